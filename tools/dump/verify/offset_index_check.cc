#include "tools/dump/verify/offset_index_check.h"

#include <fmt/format.h>

#include "tools/dump/verify/index_size_check.h"

namespace varve::dump {

using log::OffsetIndexEntry;
using record::BatchView;

OffsetIndexCheck::OffsetIndexCheck(const InputFile& file, const SegmentSetting& setting,
                                   Findings& findings)
    : cursor_(file), setting_(setting), findings_(findings) {}

absl::Status OffsetIndexCheck::Begin() {
  ASSIGN_OR_RETURN(used_, CheckIndexSize(cursor_, setting_, findings_));
  return Advance();
}

bool OffsetIndexCheck::Rises(const OffsetIndexEntry& entry) {
  if (entry.relative_offset < 0 || entry.position < 0) return false;
  return !last_ ||
         (entry.relative_offset > last_->relative_offset && entry.position > last_->position);
}

// Goes to the next entry that rises.
absl::Status OffsetIndexCheck::Advance() {
  while (true) {
    there_ = false;
    if (cursor_.index() < used_) {
      ASSIGN_OR_RETURN(there_, cursor_.Next(entry_));
    }
    if (!there_ || Rises(entry_)) break;
    if (run_entries_++ == 0) run_position_ = cursor_.position();
  }
  EndRun();
  if (there_) last_ = entry_;
  return absl::OkStatus();
}

void OffsetIndexCheck::EndRun() {
  if (run_entries_ == 0) return;
  findings_.Fault(cursor_.file().path(), run_position_,
                  fmt::format("{} entries from here do not rise", run_entries_));
  run_entries_ = 0;
}

// Passes over entries that point before `position`.
absl::Status OffsetIndexCheck::SkipBelow(uint64_t below, bool tell) {
  while (there_ && position() < below) {
    if (tell) {
      findings_.Fault(cursor_.file().path(), cursor_.position(),
                      fmt::format("offset {} points to position {}, where no batch begins",
                                  offset(), position()));
    }
    RETURN_IF_ERROR(Advance());
  }
  return absl::OkStatus();
}

absl::Status OffsetIndexCheck::OnBatch(const Step& step) {
  RETURN_IF_ERROR(SkipBelow(step.position, /*tell=*/true));
  if (!there_ || position() != step.position) return absl::OkStatus();
  Compare(step);
  return Advance();
}

void OffsetIndexCheck::Compare(const Step& step) {
  const BatchView batch = step.view();
  if (batch.last_offset() == offset()) return;
  const std::string what = fmt::format(
      "offset {} points to position {}, where the batch {} to {} "
      "begins",
      offset(), position(), batch.base_offset(), batch.last_offset());
  if (batch.base_offset() > offset()) {
    findings_.Fault(cursor_.file().path(), cursor_.position(), what);
  } else {
    findings_.Note(cursor_.file().path(), cursor_.position(), what + "; lookups work with that");
  }
}

absl::Status OffsetIndexCheck::OnDamage(const Step& step) {
  RETURN_IF_ERROR(SkipBelow(step.position, /*tell=*/true));
  return SkipBelow(step.position + step.size, /*tell=*/false);
}

absl::Status OffsetIndexCheck::Finish(uint64_t end) {
  RETURN_IF_ERROR(SkipBelow(end, /*tell=*/true));
  if (!there_) return absl::OkStatus();
  const uint64_t from = cursor_.position();
  findings_.Fault(cursor_.file().path(), from,
                  fmt::format("{} entries from here point behind the end of the log at position "
                              "{}; the first to {}",
                              used_ - cursor_.index() + 1, end, position()));
  return absl::OkStatus();
}

}  // namespace varve::dump
