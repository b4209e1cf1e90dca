#include "tools/dump/verify/txn_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/record/end_marker.h"
#include "tools/dump/verify/index_size_check.h"

namespace varve::dump {

using log::CompletedTxn;
using record::BatchView;

TxnCheck::TxnCheck(const InputFile* index, const SegmentSetting& setting,
                   const std::string& log_file, LogState& state, Findings& findings)
    : setting_(setting), log_file_(log_file), state_(state), findings_(findings) {
  if (index != nullptr) cursor_.emplace(*index);
}

void TxnCheck::Fault(std::string what) {
  findings_.Fault(cursor_->file().path(), cursor_->position(), std::move(what));
}

absl::Status TxnCheck::Begin() {
  if (!cursor_) return absl::OkStatus();
  ASSIGN_OR_RETURN(used_, CheckIndexSize(*cursor_, setting_, findings_));
  return Advance();
}

absl::Status TxnCheck::Advance() {
  there_ = false;
  if (!cursor_ || cursor_->index() >= used_) return absl::OkStatus();
  ASSIGN_OR_RETURN(there_, cursor_->Next(entry_));
  if (there_) CheckEntry();
  return absl::OkStatus();
}

// What has to hold of an entry alone.
void TxnCheck::CheckEntry() {
  if (entry_.version != log::kTxnIndexVersion) {
    Fault(fmt::format("an entry of version {}, 0 expected", int16_t{entry_.version}));
  }
  if (entry_.last_offset <= last_marker_ || entry_.last_offset < setting_.base_offset) {
    Fault(fmt::format("marker offset {} does not rise", int64_t{entry_.last_offset}));
  }
  if (entry_.first_offset > entry_.last_offset ||
      entry_.last_stable_offset > entry_.last_offset + 1) {
    Fault(fmt::format("first offset {}, marker {}, last stable offset {} cannot be",
                      int64_t{entry_.first_offset}, int64_t{entry_.last_offset},
                      int64_t{entry_.last_stable_offset}));
  }
  last_marker_ = std::max<int64_t>(last_marker_, entry_.last_offset);
}

// Passes over entries whose marker should have been before `offset`.
absl::Status TxnCheck::SkipBelow(int64_t offset) {
  while (there_ && entry_.last_offset < offset) {
    if (!state_.damaged) {
      Fault(fmt::format("no transaction was aborted by a marker at offset {}",
                        int64_t{entry_.last_offset}));
    }
    RETURN_IF_ERROR(Advance());
  }
  return absl::OkStatus();
}

absl::Status TxnCheck::OnBatch(const Step& step, Bytes batch) {
  const BatchView view(batch);
  RETURN_IF_ERROR(SkipBelow(view.base_offset()));
  const auto marker = record::ParseEndMarker(view);
  const auto produced = log::ProducerBatchOf(view, marker);
  if (!produced) return absl::OkStatus();
  const auto completed = state_.producers.Apply(*produced);
  state_.producers.OnHighWatermark(view.next_offset());
  state_.producers.Shrink(kProducersMax);
  if (completed && completed->aborted) return OnAborted(step, *completed);
  // The data of an aborted transaction may be gone: its entry is right nevertheless.
  const bool aborts = marker && !marker->commit;
  return aborts && there_ && entry_.last_offset == view.base_offset() ? Advance()
                                                                      : absl::OkStatus();
}

absl::Status TxnCheck::OnAborted(const Step& step, const CompletedTxn& txn) {
  if (there_ && entry_.last_offset == txn.last_offset) {
    if (!state_.damaged) Compare(txn);
    return Advance();
  }
  if (state_.damaged || told_missing_) return absl::OkStatus();
  findings_.Fault(
      log_file_, step.position,
      fmt::format("the marker at offset {} aborts what producer {} wrote from offset "
                  "{} on, but the .txnindex {}: readers of committed data get it",
                  txn.last_offset, txn.transaction.producer_id, txn.transaction.first_offset,
                  cursor_ ? "has no entry for that" : "is not there"));
  told_missing_ = !cursor_;
  return absl::OkStatus();
}

void TxnCheck::Compare(const CompletedTxn& txn) {
  const int64_t first = txn.transaction.first_offset;
  if (entry_.producer_id != txn.transaction.producer_id) {
    Fault(fmt::format("producer {}, but the marker at offset {} is of {}",
                      int64_t{entry_.producer_id}, txn.last_offset, txn.transaction.producer_id));
  } else if (entry_.first_offset > first) {
    Fault(fmt::format("first offset {}, but the transaction began at {}",
                      int64_t{entry_.first_offset}, first));
  } else if (entry_.last_stable_offset > txn.last_stable_offset) {
    Fault(fmt::format("last stable offset {}, but another transaction is open from {} on",
                      int64_t{entry_.last_stable_offset}, txn.last_stable_offset));
  }
}

absl::Status TxnCheck::Finish() { return SkipBelow(std::numeric_limits<int64_t>::max()); }

}  // namespace varve::dump
