#pragma once

#include <absl/status/status.h>

#include <memory>

#include "tools/dump/batch_walk.h"
#include "tools/dump/verify/epoch_check.h"
#include "tools/dump/verify/offset_index_check.h"
#include "tools/dump/verify/order_check.h"
#include "tools/dump/verify/segment_files.h"
#include "tools/dump/verify/snapshot_check.h"
#include "tools/dump/verify/time_index_check.h"
#include "tools/dump/verify/txn_check.h"
#include "tools/text/progress.h"

namespace varve::dump {

// One segment: a walk over its batches, with every check of them and of the files beside them.
//
// Lifetime  All references outlive it.
class SegmentCheck {
 public:
  SegmentCheck(const SegmentFiles& files, const SegmentSetting& setting, LogState& state,
               Findings& findings, text::Progress& progress);

  // Errors: those of reading. What is wrong is a finding.
  absl::Status Run();

 private:
  void CheckFiles();
  absl::Status BeginIndexes();
  absl::Status OnStep(const Step& step);
  absl::Status OnBatch(const Step& step);
  absl::Status OnSound(const Step& step);
  absl::Status OnDamage(const Step& step, std::string what);
  void OnTail(const Step& step);
  absl::Status Finish();

  const SegmentFiles& files_;
  const SegmentSetting& setting_;
  const std::string& file_;
  LogState& state_;
  Findings& findings_;
  text::Progress& progress_;
  BatchWalk walk_;
  OrderCheck order_;
  EpochCheck epochs_;
  TxnCheck transactions_;
  SnapshotCheck snapshots_;
  std::unique_ptr<OffsetIndexCheck> offset_index_;
  std::unique_ptr<TimeIndexCheck> time_index_;
  uint64_t end_ = 0;  // behind the last batch
};

}  // namespace varve::dump
