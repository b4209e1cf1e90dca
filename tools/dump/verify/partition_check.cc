#include "tools/dump/verify/partition_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "tools/dump/directory.h"
#include "tools/dump/input_file.h"
#include "tools/dump/state_printer.h"
#include "tools/dump/verify/metadata_snapshot_check.h"
#include "tools/dump/verify/segment_check.h"
#include "tools/dump/verify/segment_files.h"

namespace varve::dump {

PartitionCheck::PartitionCheck(std::string directory, std::optional<log::TopicPartition> name,
                               const DirectoryFacts& facts, const Options& options,
                               text::Progress& progress, Findings& findings, StatusCount& status)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      facts_(facts),
      options_(options),
      progress_(progress),
      findings_(findings),
      status_(status) {}

void PartitionCheck::Run() {
  const absl::Status checked = CheckAll();
  // A partition may be deleted while it is read.
  if (!checked.ok() && !absl::IsNotFound(checked)) status_.Unreadable(checked);
}

absl::Status PartitionCheck::CheckAll() {
  std::optional<log::LeaderEpochs> epochs;
  RETURN_IF_ERROR(ReadEpochs(epochs, findings_));
  RETURN_IF_ERROR(CheckTopicId());
  RETURN_IF_ERROR(Refresh());
  ASSIGN_OR_RETURN(const Listing listing, ListDirectory(directory_));
  NoteLeftovers(directory_, listing, facts_.in_use, findings_);
  for (const std::string& path : files_.metadata_snapshots) {
    const absl::Status checked = CheckMetadataSnapshot(path, options_.memory_bytes, findings_);
    if (!checked.ok() && !absl::IsNotFound(checked)) status_.Unreadable(checked);
  }
  std::optional<int64_t> base;
  if (!files_.segments.empty()) base = files_.segments.front();
  for (; base; base = files_.NextBase(*base)) {
    const absl::Status checked = CheckSegment(*base);
    if (!checked.ok()) status_.Unreadable(checked);
  }
  if (segments_ == 0) return absl::OkStatus();
  CheckGaps();
  CheckEpochs(epochs);
  CheckCheckpoints();
  CheckSnapshots();
  return absl::OkStatus();
}

// A listing may lack a segment that was made while it was read, and have one that was made after.
// Whatever was there before a second one began is in that: it has all segments up to the last one
// of the first.
absl::Status PartitionCheck::Refresh() {
  ASSIGN_OR_RETURN(const Listing first, ListDirectory(directory_));
  ASSIGN_OR_RETURN(const Listing second, ListDirectory(directory_));
  const std::vector<int64_t> known = SortFiles(directory_, first).segments;
  files_ = SortFiles(directory_, second);
  const int64_t last = known.empty() ? -1 : known.back();
  std::erase_if(files_.segments, [&](int64_t base) { return base > last; });
  return absl::OkStatus();
}

absl::Status PartitionCheck::ReadEpochs(std::optional<log::LeaderEpochs>& epochs,
                                        Findings& findings) const {
  const std::string path = fmt::format("{}/{}", directory_, log::kEpochsName);
  const auto text = ReadSmallFile(path, kTextBytesMax);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  RETURN_IF_ERROR(text.status());
  auto entries = log::ParseEpochs(*text);
  if (entries.ok()) {
    epochs.emplace(*std::move(entries));
  } else {
    findings.Fault(path, std::string(entries.status().message()));
  }
  return absl::OkStatus();
}

absl::Status PartitionCheck::CheckTopicId() {
  const std::string path = fmt::format("{}/{}", directory_, log::kPartitionMetadataName);
  const auto text = ReadSmallFile(path, kTextBytesMax);
  if (absl::IsNotFound(text.status())) {
    findings_.Note(directory_, fmt::format("has no {}: a Kafka broker would take it for a stray",
                                           log::kPartitionMetadataName));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(text.status());
  const auto id = log::ParsePartitionMetadata(*text);
  if (id.ok()) {
    topic_id_ = *id;
  } else {
    findings_.Fault(path, std::string(id.status().message()));
  }
  return absl::OkStatus();
}

absl::Status PartitionCheck::CheckSegment(int64_t base) {
  for (int tries = 1;; ++tries) {
    Findings found;
    LogState state = state_;
    bool in_place = true;
    const absl::Status checked = TrySegment(base, state, found, in_place);
    if (!absl::IsNotFound(checked)) RETURN_IF_ERROR(checked);
    const bool steady = in_place && checked.ok();
    const bool doubtful = !steady || facts_.in_use;
    if (found.faults() > 0 && doubtful && tries < kTriesMax) {
      RETURN_IF_ERROR(Refresh());
      continue;
    }
    if (!steady && (found.faults() > 0 || !checked.ok())) {
      Vanished(base);
      return absl::OkStatus();
    }
    findings_.AddAll(found);
    state_ = std::move(state);
    ++segments_;
    return absl::OkStatus();
  }
}

// NotFound: it is not there any more.
absl::Status PartitionCheck::TrySegment(int64_t base, LogState& state, Findings& findings,
                                        bool& in_place) {
  ASSIGN_OR_RETURN(const SegmentFiles files, OpenSegment(directory_, base));
  SegmentSetting setting = SettingFor(base);
  // After the log was opened: whatever epoch its batches have is on disk before they are.
  Findings told_before;
  RETURN_IF_ERROR(ReadEpochs(setting.epochs, told_before));
  if (facts_.in_use && setting.epochs && !setting.epochs->entries().empty()) {
    const int64_t first = setting.epochs->entries().front().start_offset;
    setting.log_start = std::max(setting.log_start, first);
  }
  SegmentCheck check(files, setting, state, findings, progress_);
  RETURN_IF_ERROR(check.Run());
  in_place = files.InPlace();
  return absl::OkStatus();
}

SegmentSetting PartitionCheck::SettingFor(int64_t base) const {
  SegmentSetting setting;
  setting.directory = directory_;
  setting.base_offset = base;
  setting.next_base = files_.NextBase(base);
  setting.clean_stop = facts_.clean_stop;
  setting.in_use = facts_.in_use;
  setting.log_start = LogStart();
  const auto begin = files_.snapshots.lower_bound(base);
  const auto end =
      setting.next_base ? files_.snapshots.lower_bound(*setting.next_base) : files_.snapshots.end();
  setting.snapshots.insert(begin, end);
  setting.memory_bytes = options_.memory_bytes;
  return setting;
}

// It was deleted or replaced, again and again: nothing is known of its offsets.
void PartitionCheck::Vanished(int64_t base) {
  findings_.Note(fmt::format("{}/{}", directory_, log::FileName(base, log::FileKind::kLog)),
                 "was removed or replaced while it was read, and is not judged");
  state_.after_damage = true;
  state_.damaged = true;
}

int64_t PartitionCheck::LogStart() const {
  return name_ ? OffsetOf(facts_.log_starts, *name_).value_or(0) : 0;
}

bool PartitionCheck::MayHaveGaps() const {
  constexpr std::string_view kCompacted[] = {"__consumer_offsets", "__transaction_state",
                                             "__share_group_state"};
  if (state_.compacted) return true;
  if (!name_) return false;
  return OffsetOf(facts_.cleaner_offsets, *name_).has_value() ||
         std::ranges::find(kCompacted, name_->topic) != std::end(kCompacted);
}

void PartitionCheck::CheckGaps() {
  if (MayHaveGaps()) return;
  for (const Gap& gap : state_.gaps) {
    if (gap.from < LogStart()) continue;
    findings_.Fault(gap.file, gap.position,
                    fmt::format("offsets {} to {} are missing; nothing says that the partition was "
                                "ever compacted",
                                gap.from, gap.to - 1));
  }
}

void PartitionCheck::CheckEpochs(const std::optional<log::LeaderEpochs>& epochs) {
  const std::string path = fmt::format("{}/{}", directory_, log::kEpochsName);
  if (!epochs) {
    if (state_.leader_epoch >= 0) {
      findings_.Note(path, "is not there, although batches have leader epochs");
    }
    return;
  }
  for (const log::EpochStart& entry : epochs->entries()) {
    if (entry.start_offset <= state_.next_offset) continue;
    findings_.Fault(path, fmt::format("epoch {} begins at offset {}, the log ends at {}",
                                      entry.epoch, entry.start_offset, state_.next_offset));
  }
}

void PartitionCheck::CheckCheckpoints() {
  if (!name_) return;
  const int64_t end = state_.next_offset;
  const auto check = [&](std::string_view file, const std::optional<log::OffsetMap>& offsets,
                         bool lost_by_power) {
    const auto offset = OffsetOf(offsets, *name_);
    if (!offset || *offset <= end) return;
    const std::string path = fmt::format("{}/{}", ParentOf(directory_), file);
    std::string what = fmt::format("says {} for {}-{}, the log ends at {}", *offset, name_->topic,
                                   name_->partition, end);
    if (lost_by_power && !facts_.clean_stop) {
      findings_.Note(path, what + ": a power loss leaves that");
    } else {
      findings_.Fault(path, std::move(what));
    }
  };
  check(kRecoveryPointsName, facts_.recovery_points, false);
  check(kLogStartsName, facts_.log_starts, false);
  check(kHighWatermarksName, facts_.high_watermarks, true);
  check(kCleanerOffsetsName, facts_.cleaner_offsets, false);
}

void PartitionCheck::CheckSnapshots() {
  for (const auto& [offset, path] : files_.snapshots) {
    if (facts_.in_use || offset <= state_.next_offset) continue;
    findings_.Note(path, fmt::format("is of an offset behind the end of the log at {}; a start "
                                     "removes it",
                                     state_.next_offset));
  }
}

}  // namespace varve::dump
