#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/log/producer_state.h"
#include "engine/log/txn_index.h"
#include "tools/dump/batch_walk.h"
#include "tools/dump/entry_cursor.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// A .txnindex beside the markers in its log: an entry for each transaction that wrote something and
// was aborted, in the order of the markers, that tells producer, first offset, and a last stable
// offset that hides no other transaction. Keeps the state of producers up to date.
//
// Lifetime  All references outlive it.
class TxnCheck {
 public:
  // `index` is null if the segment has none.
  TxnCheck(const InputFile* index, const SegmentSetting& setting, const std::string& log_file,
           LogState& state, Findings& findings);

  absl::Status Begin();
  // `batch` is whole, or, if it is too large for that, its header.
  absl::Status OnBatch(const Step& step, Bytes batch);
  absl::Status Finish();

 private:
  absl::Status Advance();
  absl::Status SkipBelow(int64_t offset);
  absl::Status OnAborted(const Step& step, const log::CompletedTxn& txn);
  void Compare(const log::CompletedTxn& txn);
  void CheckEntry();
  void Fault(std::string what);

  std::optional<EntryCursor<log::TxnIndexEntry>> cursor_{};
  const SegmentSetting& setting_;
  const std::string& log_file_;
  LogState& state_;
  Findings& findings_;
  uint64_t used_ = 0;
  bool there_ = false;
  bool told_missing_ = false;
  log::TxnIndexEntry entry_{};
  int64_t last_marker_ = -1;
};

}  // namespace varve::dump
