#include "tools/dump/verify/time_index_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log/segment.h"
#include "tools/dump/verify/index_size_check.h"
#include "tools/text/time_text.h"

namespace varve::dump {

using log::TimeIndexEntry;
using record::BatchView;

TimeIndexCheck::TimeIndexCheck(const InputFile& file, const SegmentSetting& setting,
                               Findings& findings)
    : cursor_(file), setting_(setting), findings_(findings) {}

void TimeIndexCheck::Fault(std::string what) {
  findings_.Fault(cursor_.file().path(), cursor_.position(), std::move(what));
}

absl::Status TimeIndexCheck::Begin() {
  ASSIGN_OR_RETURN(used_, CheckIndexSize(cursor_, setting_, findings_));
  return Advance();
}

bool TimeIndexCheck::Rises(const TimeIndexEntry& entry) const {
  if (entry.relative_offset < 0) return false;
  return !last_ || (entry.timestamp_ms > last_->timestamp_ms &&
                    entry.relative_offset >= last_->relative_offset);
}

absl::Status TimeIndexCheck::Advance() {
  there_ = false;
  while (cursor_.index() < used_) {
    ASSIGN_OR_RETURN(there_, cursor_.Next(entry_));
    if (!there_) break;
    if (Rises(entry_)) {
      last_ = entry_;
      break;
    }
    Fault(fmt::format("{} at offset {} does not rise", text::TimeText(entry_.timestamp_ms),
                      offset()));
    there_ = false;
  }
  return absl::OkStatus();
}

absl::Status TimeIndexCheck::OnBatch(const Step& step) {
  const BatchView batch = step.view();
  while (there_ && offset() <= batch.last_offset()) {
    if (!damaged_) Compare(step);
    RETURN_IF_ERROR(Advance());
  }
  largest_ = std::max(largest_, log::TimeOf(batch));
  promised_ = std::max(promised_, batch.max_timestamp());
  return absl::OkStatus();
}

// The entry's offset is that of a record in this batch, or in a gap before it.
void TimeIndexCheck::Compare(const Step& step) {
  const int64_t time = entry_.timestamp_ms;
  if (largest_ > time) {
    return Fault(fmt::format("{} at offset {}, but a batch before that has {}: lookups miss it",
                             text::TimeText(time), offset(), text::TimeText(largest_)));
  }
  const int64_t reached = std::max(promised_, step.view().max_timestamp());
  if (reached < time) {
    Fault(fmt::format("{} at offset {}, but no batch up to there is later than {}",
                      text::TimeText(time), offset(), text::TimeText(reached)));
  }
}

absl::Status TimeIndexCheck::Finish() {
  if (damaged_) return absl::OkStatus();
  while (there_) {
    Fault(fmt::format("{} at offset {}, which the log does not reach",
                      text::TimeText(entry_.timestamp_ms), offset()));
    RETURN_IF_ERROR(Advance());
  }
  const int64_t last = last_ ? int64_t{last_->timestamp_ms} : record::kNoTimestamp;
  if (!setting_.active() && last < largest_) {
    findings_.Fault(cursor_.file().path(),
                    fmt::format("ends with {}, but the closed segment goes up to {}: retention "
                                "may take it too early",
                                text::TimeText(last), text::TimeText(largest_)));
  }
  return absl::OkStatus();
}

}  // namespace varve::dump
