#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/uuid.h"
#include "engine/log/checkpoint.h"
#include "tools/dump/options.h"
#include "tools/dump/status_count.h"
#include "tools/dump/verify/directory_facts.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"
#include "tools/dump/verify/partition_files.h"
#include "tools/dump/verify/setting.h"
#include "tools/text/progress.h"

namespace varve::dump {

// All files of one partition: each segment, and what contradicts across them. A segment that is
// replaced, or removed, or written to while it is read is looked at again before it is blamed.
//
// Lifetime  All references outlive it.
class PartitionCheck {
 public:
  PartitionCheck(std::string directory, std::optional<log::TopicPartition> name,
                 const DirectoryFacts& facts, const Options& options, text::Progress& progress,
                 Findings& findings, StatusCount& status);

  void Run();

  // Afterwards.
  const LogState& state() const { return state_; }
  size_t segments() const { return segments_; }
  const std::optional<Uuid>& topic_id() const { return topic_id_; }

 private:
  // How often a segment is read that changes all the time.
  static constexpr int kTriesMax = 3;

  absl::Status CheckAll();
  absl::Status Refresh();
  absl::Status ReadEpochs(std::optional<log::LeaderEpochs>& epochs, Findings& findings) const;
  absl::Status CheckTopicId();
  absl::Status CheckSegment(int64_t base);
  absl::Status TrySegment(int64_t base, LogState& state, Findings& findings, bool& in_place);
  SegmentSetting SettingFor(int64_t base) const;
  void Vanished(int64_t base);
  void CheckGaps();
  void CheckEpochs(const std::optional<log::LeaderEpochs>& epochs);
  void CheckCheckpoints();
  void CheckSnapshots();
  bool MayHaveGaps() const;
  int64_t LogStart() const;

  const std::string directory_;
  const std::optional<log::TopicPartition> name_;
  const DirectoryFacts& facts_;
  const Options& options_;
  text::Progress& progress_;
  Findings& findings_;
  StatusCount& status_;
  PartitionFiles files_{};
  std::optional<Uuid> topic_id_{};
  LogState state_{};
  size_t segments_ = 0;
};

}  // namespace varve::dump
