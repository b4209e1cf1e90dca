#include "tools/dump/verify/segment_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "engine/record/validate.h"
#include "tools/dump/verify/record_check.h"

namespace varve::dump {

using record::BatchView;

SegmentCheck::SegmentCheck(const SegmentFiles& files, const SegmentSetting& setting,
                           LogState& state, Findings& findings, text::Progress& progress)
    : files_(files),
      setting_(setting),
      file_(files.log->path()),
      state_(state),
      findings_(findings),
      progress_(progress),
      walk_(*files.log),
      order_(setting, file_, state, findings),
      epochs_(setting, file_, state, findings),
      transactions_(files.txn_index.get(), setting, file_, state, findings),
      snapshots_(setting.snapshots, state, findings) {
  if (files.offset_index != nullptr) {
    offset_index_ = std::make_unique<OffsetIndexCheck>(*files.offset_index, setting, findings);
  }
  if (files.time_index != nullptr) {
    time_index_ = std::make_unique<TimeIndexCheck>(*files.time_index, setting, findings);
  }
}

absl::Status SegmentCheck::Run() {
  CheckFiles();
  RETURN_IF_ERROR(BeginIndexes());
  while (true) {
    ASSIGN_OR_RETURN(const Step step, walk_.Next());
    if (step.kind == Step::Kind::kEnd) break;
    RETURN_IF_ERROR(OnStep(step));
    progress_.Add(step.size);
  }
  return Finish();
}

void SegmentCheck::CheckFiles() {
  constexpr uint64_t kBytesMax = std::numeric_limits<int32_t>::max();
  if (files_.log->size() > kBytesMax) {
    findings_.Fault(
        file_, fmt::format("{} bytes; Kafka opens no more than {}", files_.log->size(), kBytesMax));
  }
  if (setting_.active()) return;  // an active segment gets its indexes when they have entries
  if (offset_index_ == nullptr) {
    findings_.Fault(file_, "the closed segment has no .index: it is recovered at each start");
  }
  if (time_index_ == nullptr) {
    findings_.Fault(file_,
                    "the closed segment has no .timeindex: retention goes by the file's time");
  }
}

absl::Status SegmentCheck::BeginIndexes() {
  if (offset_index_ != nullptr) RETURN_IF_ERROR(offset_index_->Begin());
  if (time_index_ != nullptr) RETURN_IF_ERROR(time_index_->Begin());
  return transactions_.Begin();
}

absl::Status SegmentCheck::OnStep(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kBatch:
      return OnBatch(step);
    case Step::Kind::kOldMagic:
      return OnDamage(step, "a message set of version 0 or 1: those are refused");
    case Step::Kind::kBroken:
      return OnDamage(step, fmt::format("{} bytes that are no batch", step.size));
    default:
      OnTail(step);
      return absl::OkStatus();
  }
}

absl::Status SegmentCheck::OnBatch(const Step& step) {
  end_ = step.position + step.size;
  if (!step.crc_ok) {
    return OnDamage(step, fmt::format("checksum {:#010x} expected, the bytes have {:#010x}",
                                      step.view().crc(), step.crc_found));
  }
  RETURN_IF_ERROR(snapshots_.UpTo(step.view().base_offset()));
  order_.OnBatch(step);
  epochs_.OnBatch(step);
  if (offset_index_ != nullptr) RETURN_IF_ERROR(offset_index_->OnBatch(step));
  if (time_index_ != nullptr) RETURN_IF_ERROR(time_index_->OnBatch(step));
  return OnSound(step);
}

absl::Status SegmentCheck::OnSound(const Step& step) {
  ++state_.batches;
  state_.records += static_cast<uint64_t>(std::max(step.view().record_count(), 0));
  const auto whole = walk_.Whole(step, setting_.memory_bytes);
  if (absl::IsResourceExhausted(whole.status())) {
    findings_.Note(file_, step.position,
                   fmt::format("records not looked into: {}; raise --memory",
                               std::string(whole.status().message())));
    return transactions_.OnBatch(step, step.view().bytes());
  }
  RETURN_IF_ERROR(whole.status());
  if (record::CheckStoredHeader(BatchView(*whole)).ok()) {
    CheckBatchRecords(*whole, file_, step.position, setting_.memory_bytes, findings_);
  }
  return transactions_.OnBatch(step, *whole);
}

absl::Status SegmentCheck::OnDamage(const Step& step, std::string what) {
  end_ = step.position + step.size;
  findings_.Fault(file_, step.position, std::move(what));
  order_.OnDamage();
  if (time_index_ != nullptr) time_index_->OnDamage();
  return offset_index_ != nullptr ? offset_index_->OnDamage(step) : absl::OkStatus();
}

// What a writer leaves at the end: a batch under way, or space set aside.
void SegmentCheck::OnTail(const Step& step) {
  if (setting_.active() && setting_.in_use) return;
  const bool zeros = step.kind == Step::Kind::kZeros;
  std::string what =
      zeros ? fmt::format("{} zero bytes behind the last batch", step.size)
            : fmt::format("the file ends inside a batch, of which {} bytes are here", step.size);
  if (setting_.active() && !setting_.clean_stop) {
    findings_.Note(
        file_, step.position,
        what + (zeros ? ": space that was set aside"
                      : ": being written, or cut short by a crash; recovery removes it"));
  } else {
    findings_.Fault(file_, step.position, std::move(what));
  }
}

absl::Status SegmentCheck::Finish() {
  RETURN_IF_ERROR(transactions_.Finish());
  // The walk ends below the next segment's base if the last offsets are gone.
  RETURN_IF_ERROR(snapshots_.UpTo(setting_.next_base.value_or(state_.next_offset)));
  if (time_index_ != nullptr) RETURN_IF_ERROR(time_index_->Finish());
  if (offset_index_ != nullptr) RETURN_IF_ERROR(offset_index_->Finish(end_));
  state_.log_bytes += files_.log->size();
  return absl::OkStatus();
}

}  // namespace varve::dump
