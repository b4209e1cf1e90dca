#pragma once

#include "tools/dump/batch_walk.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// Offsets and counts of a batch's header: they can be, lie in the segment and within 2^31 of its
// base, and rise from batch to batch. Gaps are noted in the state: whether something explains them
// is known at the end.
class OrderCheck {
 public:
  OrderCheck(const SegmentSetting& setting, const std::string& file, LogState& state,
             Findings& findings);

  void OnBatch(const Step& step);
  // No sound batch: nothing is known of offsets until the next one.
  void OnDamage();

 private:
  void CheckBounds(const Step& step);
  void CheckGap(const Step& step);

  const SegmentSetting& setting_;
  const std::string& file_;
  LogState& state_;
  Findings& findings_;
};

}  // namespace varve::dump
