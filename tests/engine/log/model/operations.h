#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace varve::log::test {

// What the model test does: names, and how often out of a hundred thousand.
enum class Op : uint8_t {
  kAppend,
  kAppendTogether,
  kMarker,
  kRepeat,
  kFlush,
  kBurst,
  kCheckpoint,
  kRollIfOld,
  kRetain,
  kAdvanceStart,
  kHighWatermark,
  kClean,
  kTruncate,
  kTruncateFully,
  kEpoch,
  kRead,
  kFindTime,
  kFindLargest,
  kAborted,
  kConfigure,
  kWait,
  kCheck,
  kStop,
  kProcessCrash,
  kPowerLoss,
  kCount,
};
inline constexpr size_t kOpCount = static_cast<size_t>(Op::kCount);

struct OpText {
  Op op;
  std::string_view name;
  uint64_t weight;
};
inline constexpr std::array<OpText, kOpCount> kOps{{
    {Op::kAppend, "append", 38000},
    {Op::kAppendTogether, "append several", 5000},
    {Op::kMarker, "end a transaction", 6000},
    {Op::kRepeat, "repeat or skip a sequence", 2000},
    {Op::kFlush, "flush", 4000},
    {Op::kBurst, "several things at once", 600},
    {Op::kCheckpoint, "checkpoint", 800},
    {Op::kRollIfOld, "roll if old", 2000},
    {Op::kRetain, "retention", 1000},
    {Op::kAdvanceStart, "advance the log start", 800},
    {Op::kHighWatermark, "advance the high watermark", 6000},
    {Op::kClean, "compaction", 800},
    {Op::kTruncate, "truncate", 500},
    {Op::kTruncateFully, "truncate fully", 60},
    {Op::kEpoch, "leader epoch", 500},
    {Op::kRead, "read", 14000},
    {Op::kFindTime, "find a time", 6000},
    {Op::kFindLargest, "find the largest time", 3000},
    {Op::kAborted, "aborted transactions", 5000},
    {Op::kConfigure, "configure", 500},
    {Op::kWait, "wait", 2000},
    {Op::kCheck, "check everything", 600},
    {Op::kStop, "stop and start", 250},
    {Op::kProcessCrash, "process crash", 250},
    {Op::kPowerLoss, "power loss", 250},
}};

constexpr bool InOrder() {
  for (size_t i = 0; i < kOpCount; ++i) {
    if (kOps[i].op != static_cast<Op>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

// Whether it only reads.
constexpr bool IsLook(Op op) {
  return op == Op::kRead || op == Op::kFindTime || op == Op::kFindLargest || op == Op::kAborted ||
         op == Op::kCheck;
}

constexpr std::string_view NameOf(Op op) { return kOps[static_cast<size_t>(op)].name; }

}  // namespace varve::log::test
