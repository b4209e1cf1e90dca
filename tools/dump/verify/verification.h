#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/base/uuid.h"
#include "engine/log/checkpoint.h"
#include "engine/log/file_names.h"
#include "server/cluster/meta_properties.h"
#include "tools/dump/options.h"
#include "tools/dump/output.h"
#include "tools/dump/status_count.h"
#include "tools/dump/verify/directory_facts.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"
#include "tools/dump/verify/manifest_facts.h"
#include "tools/text/progress.h"

namespace varve::dump {

// Checks partition directories and log directories; several log directories as those of one node.
// Prints what it finds, partition by partition, and a summary.
//
// Lifetime  All references outlive it.
class Verification {
 public:
  Verification(const Options& options, Output& out, StatusCount& status);

  void Run();

 private:
  struct Totals {
    uint64_t partitions = 0;
    uint64_t segments = 0;
    uint64_t batches = 0;
    uint64_t records = 0;
    uint64_t log_bytes = 0;
    uint64_t notes = 0;
  };

  void Verify(const std::string& path);
  void VerifyLogDirectory(const std::string& path);
  void VerifyEntry(const std::string& directory, const std::string& name,
                   const DirectoryFacts& facts);
  void VerifyPartition(const std::string& path, const std::optional<log::PartitionName>& name,
                       const DirectoryFacts& facts);
  void NoteTopicId(const std::string& path, const log::PartitionName& name, const Uuid& id,
                   Findings& findings);
  void NotePlace(const std::string& path, const log::PartitionName& name, Findings& findings);
  void CheckProperties(const std::string& directory);
  void CompareProperties(const std::string& path, const cluster::MetaProperties& properties,
                         Findings& findings);
  void CheckQuorumState(const std::string& directory, Findings& findings);
  void CheckStaleEntries(const std::string& directory, const DirectoryFacts& facts);
  void ReadManifest(const std::string& directory, const DirectoryFacts& facts);
  void CompareAsLeft(const std::string& path, const log::TopicPartition& partition,
                     const LogState& state, Findings& findings);
  void Tell(const Findings& findings);
  void Summarise();

  const Options& options_;
  Output& out_;
  StatusCount& status_;
  text::Progress progress_;
  Totals totals_;
  std::map<log::TopicPartition, std::string> places_;              // of live partitions
  std::map<std::string, std::pair<Uuid, std::string>> topic_ids_;  // and where they were found
  std::optional<cluster::MetaProperties> properties_;              // of the first directory
  std::map<Uuid, std::string> directory_ids_;
  ManifestFacts left_;  // of the log directory that is being checked
};

}  // namespace varve::dump
