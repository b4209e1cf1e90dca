#include "tools/dump/verify/verification.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/log/file_names.h"
#include "server/cluster/quorum_state.h"
#include "tools/dump/directory.h"
#include "tools/dump/file_type.h"
#include "tools/dump/input_file.h"
#include "tools/dump/state_printer.h"
#include "tools/dump/verify/partition_check.h"

namespace varve::dump {

namespace fs = std::filesystem;

Verification::Verification(const Options& options, Output& out, StatusCount& status)
    : options_(options), out_(out), status_(status), progress_(options.progress) {}

void Verification::Run() {
  uint64_t total = 0;
  for (const std::string& path : options_.paths) total += LogBytesIn(path);
  progress_.SetTotal(total);
  for (const std::string& path : options_.paths) Verify(WithoutSlash(path));
  progress_.Clear();
  Summarise();
}

void Verification::Verify(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_directory(path, ignored)) {
    return status_.Unreadable(absl::InvalidArgumentError(
        fmt::format("--verify takes directories, since a file is judged by those beside it: "
                    "varve-dump --verify {}",
                    ParentOf(path))));
  }
  const auto listing = ListDirectory(path);
  if (!listing.ok()) return status_.Unreadable(listing.status());
  if (!listing->HasSegments()) return VerifyLogDirectory(path);
  Findings findings;
  const auto facts = ReadDirectoryFacts(ParentOf(path), findings);
  if (!facts.ok()) return status_.Unreadable(facts.status());
  VerifyPartition(path, log::ParseDirectoryName(NameOf(path)), *facts);
}

void Verification::VerifyLogDirectory(const std::string& path) {
  Findings findings;
  const auto facts = ReadDirectoryFacts(path, findings);
  if (!facts.ok()) return status_.Unreadable(facts.status());
  if (facts->in_use) findings.Note(path, "is in use");
  Tell(findings);
  CheckProperties(path);
  ReadManifest(path, *facts);
  const auto listing = ListDirectory(path);
  if (!listing.ok()) return status_.Unreadable(listing.status());
  for (const std::string& name : listing->directories) VerifyEntry(path, name, *facts);
  CheckStaleEntries(path, *facts);
  left_ = {};
}

void Verification::ReadManifest(const std::string& directory, const DirectoryFacts& facts) {
  if (facts.in_use) return;  // what it was taken over by changes now
  Findings findings;
  auto left = ReadManifestFacts(directory, findings);
  if (!left.ok()) return status_.Unreadable(left.status());
  left_ = *std::move(left);
  CheckStaleLogs(directory, left_, findings);
  Tell(findings);
}

// The next start takes the log over as it was left, without a look.
void Verification::CompareAsLeft(const std::string& path, const log::TopicPartition& partition,
                                 const LogState& state, Findings& findings) {
  const log::LogAsLeft* const left = left_.LeftOf(partition);
  if (left == nullptr || state.damaged) return;
  if (left->end != state.next_offset) {
    findings.Fault(path, fmt::format("was left with the end at {}, which is at {} now", left->end,
                                     state.next_offset));
  }
  uint64_t bytes = 0;
  for (const log::Segment::AsLeft& segment : left->segments) bytes += segment.size;
  if (bytes != state.log_bytes) {
    findings.Fault(path,
                   fmt::format("was left with {} bytes, and has {} now", bytes, state.log_bytes));
  }
}

void Verification::VerifyEntry(const std::string& directory, const std::string& name,
                               const DirectoryFacts& facts) {
  const std::string path = directory + "/" + name;
  const auto partition = log::ParseDirectoryName(name);
  Findings findings;
  if (!partition) {
    findings.Note(path, "is no partition; Kafka does not start with it there");
  } else if (partition->state == log::PartitionName::State::kDelete) {
    findings.Note(path, "waits for its removal, and is not looked into");
  } else if (partition->state == log::PartitionName::State::kStray) {
    findings.Note(path, "a stray partition, which is not served");
  }
  Tell(findings);
  if (partition && partition->state != log::PartitionName::State::kDelete) {
    VerifyPartition(path, partition, facts);
  }
}

void Verification::VerifyPartition(const std::string& path,
                                   const std::optional<log::PartitionName>& name,
                                   const DirectoryFacts& facts) {
  const bool live = name && name->state == log::PartitionName::State::kLive;
  std::optional<log::TopicPartition> partition;
  if (live) partition = log::TopicPartition{name->topic, name->partition};
  Findings findings;
  PartitionCheck check(path, partition, facts, options_, progress_, findings, status_);
  check.Run();
  if (live) CompareAsLeft(path, *partition, check.state(), findings);
  if (live) NotePlace(path, *name, findings);
  if (live && check.topic_id()) NoteTopicId(path, *name, *check.topic_id(), findings);
  CheckQuorumState(path, findings);
  ++totals_.partitions;
  totals_.segments += check.segments();
  totals_.batches += check.state().batches;
  totals_.records += check.state().records;
  totals_.log_bytes += check.state().log_bytes;
  Tell(findings);
}

void Verification::NotePlace(const std::string& path, const log::PartitionName& name,
                             Findings& findings) {
  const auto [place, added] =
      places_.emplace(log::TopicPartition{name.topic, name.partition}, path);
  if (added || place->second == path) return;
  findings.Fault(path, fmt::format("the same partition is in {} too", place->second));
}

void Verification::NoteTopicId(const std::string& path, const log::PartitionName& name,
                               const Uuid& id, Findings& findings) {
  const auto [known, added] = topic_ids_.emplace(name.topic, std::pair(id, path));
  if (added || known->second.first == id) return;
  findings.Fault(path, fmt::format("topic id {}, but {} has {}", id.ToString(),
                                   known->second.second, known->second.first.ToString()));
}

void Verification::CheckProperties(const std::string& directory) {
  const std::string path = fmt::format("{}/{}", directory, cluster::kMetaPropertiesName);
  const auto text = ReadSmallFile(path, kTextBytesMax);
  if (absl::IsNotFound(text.status())) return;  // a program that embeds the engine writes none
  if (!text.ok()) return status_.Unreadable(text.status());
  Findings findings;
  const auto properties = cluster::ParseMetaProperties(*text, path);
  if (properties.ok()) {
    CompareProperties(path, *properties, findings);
  } else {
    findings.Fault(path, std::string(properties.status().message()));
  }
  Tell(findings);
}

// All directories of a node name the same cluster and node, and have ids of their own.
void Verification::CompareProperties(const std::string& path,
                                     const cluster::MetaProperties& properties,
                                     Findings& findings) {
  if (!properties_) properties_ = properties;
  if (properties.cluster_id != properties_->cluster_id) {
    findings.Fault(path, fmt::format("cluster.id {}, another directory has {}",
                                     properties.cluster_id, properties_->cluster_id));
  }
  if (properties.node_id != properties_->node_id) {
    findings.Fault(path, fmt::format("node.id {}, another directory has {}", properties.node_id,
                                     properties_->node_id));
  }
  if (!properties.directory_id) return;
  const auto [known, added] = directory_ids_.emplace(*properties.directory_id, path);
  if (!added && known->second != path) {
    findings.Fault(
        path, fmt::format("directory.id {}, as {} has", known->first.ToString(), known->second));
  }
}

void Verification::CheckQuorumState(const std::string& directory, Findings& findings) {
  const std::string path = fmt::format("{}/{}", directory, cluster::kQuorumStateName);
  const auto text = ReadSmallFile(path, kTextBytesMax);
  if (absl::IsNotFound(text.status())) return;
  if (!text.ok()) return status_.Unreadable(text.status());
  const auto state = cluster::ParseQuorumState(*text);
  if (!state.ok()) findings.Fault(path, std::string(state.status().message()));
}

// Entries of checkpoints for partitions that are not there.
void Verification::CheckStaleEntries(const std::string& directory, const DirectoryFacts& facts) {
  if (facts.in_use) return;
  Findings findings;
  const std::pair<std::string_view, const std::optional<log::OffsetMap>*> files[] = {
      {kRecoveryPointsName, &facts.recovery_points},
      {kLogStartsName, &facts.log_starts},
      {kHighWatermarksName, &facts.high_watermarks},
      {kCleanerOffsetsName, &facts.cleaner_offsets}};
  for (const auto& [file, offsets] : files) {
    if (!*offsets) continue;
    for (const auto& [partition, offset] : **offsets) {
      std::error_code ignored;
      const std::string name = log::DirectoryName(partition.topic, partition.partition);
      if (fs::exists(directory + "/" + name, ignored)) continue;
      findings.Note(fmt::format("{}/{}", directory, file),
                    fmt::format("has {} for {}, which is not there", offset, name));
    }
  }
  Tell(findings);
}

void Verification::Tell(const Findings& findings) {
  status_.AddFaults(findings.faults());
  totals_.notes += findings.notes();
  if (!findings.all().empty()) progress_.Clear();
  for (const Finding& finding : findings.all()) {
    const bool fault = finding.severity == Severity::kFault;
    Row row(out_, fault ? "fault" : "note", fault ? "FAULT " : "note  ");
    row.Text("path", finding.file);
    if (finding.position) row.Int("position", static_cast<int64_t>(*finding.position));
    row.Text("what", finding.what);
  }
  const uint64_t told = findings.faults() + findings.notes();
  if (told > findings.all().size()) {
    Row(out_, "more", "FAULT ").Int("more", static_cast<int64_t>(told - findings.all().size()));
  }
  out_.Flush();
}

void Verification::Summarise() {
  Row(out_, "summary")
      .Int("partitions", static_cast<int64_t>(totals_.partitions))
      .Int("segments", static_cast<int64_t>(totals_.segments))
      .Int("batches", static_cast<int64_t>(totals_.batches))
      .Int("records", static_cast<int64_t>(totals_.records))
      .Int("bytes", static_cast<int64_t>(totals_.log_bytes))
      .Int("faults", static_cast<int64_t>(status_.faults()))
      .Int("notes", static_cast<int64_t>(totals_.notes))
      .Int("unreadable", static_cast<int64_t>(status_.unreadable()));
}

}  // namespace varve::dump
