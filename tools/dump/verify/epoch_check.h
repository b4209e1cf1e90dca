#pragma once

#include <string>

#include "tools/dump/batch_walk.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// The leader epochs of batches: they never fall, and are what leader-epoch-checkpoint says of
// their offsets. Batches that contradict it in the same way, one after the other, are one fault.
class EpochCheck {
 public:
  EpochCheck(const SegmentSetting& setting, const std::string& file, LogState& state,
             Findings& findings)
      : setting_(setting), file_(file), state_(state), findings_(findings) {}

  void OnBatch(const Step& step);

 private:
  void CompareWithCheckpoint(const Step& step, int32_t epoch);

  const SegmentSetting& setting_;
  const std::string& file_;
  LogState& state_;
  Findings& findings_;
  int32_t last_told_ = log::LeaderEpochs::kNone;
};

}  // namespace varve::dump
