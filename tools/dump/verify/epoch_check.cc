#include "tools/dump/verify/epoch_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log/file_names.h"

namespace varve::dump {

void EpochCheck::OnBatch(const Step& step) {
  const int32_t epoch = step.view().leader_epoch();
  if (epoch < 0) return;  // written before there were epochs
  if (epoch < state_.leader_epoch) {
    findings_.Fault(file_, step.position,
                    fmt::format("leader epoch {} after {}", epoch, state_.leader_epoch));
  }
  state_.leader_epoch = std::max(state_.leader_epoch, epoch);
  CompareWithCheckpoint(step, epoch);
}

void EpochCheck::CompareWithCheckpoint(const Step& step, int32_t epoch) {
  const int64_t offset = step.view().base_offset();
  if (!setting_.epochs || offset < setting_.log_start) return;
  const int32_t listed = setting_.epochs->EpochAt(offset);
  if (listed == epoch) {
    last_told_ = log::LeaderEpochs::kNone;
    return;
  }
  if (last_told_ == epoch) return;
  last_told_ = epoch;
  const std::string has =
      listed < 0 ? std::string("has no epoch for it") : fmt::format("has epoch {} there", listed);
  findings_.Fault(file_, step.position,
                  fmt::format("the batch at offset {} has leader epoch {}, {} {}", offset, epoch,
                              log::kEpochsName, has));
}

}  // namespace varve::dump
