#include "tests/engine/log/crash_producers.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"
#include "tests/engine/log/log_batches.h"

namespace varve::log::test {
namespace {

using record::BatchView;

struct Expected {
  ProducerState state;
  std::vector<AbortedTransaction> aborted;
};

Expected WhatTheySay(const std::vector<Bytes>& batches) {
  Expected expected;
  for (const Bytes bytes : batches) {
    const BatchView batch(bytes);
    const auto produced = ProducerBatchOf(batch, record::ParseEndMarker(batch));
    if (!produced) continue;
    const auto completed = expected.state.Apply(*produced);
    if (completed && completed->aborted) expected.aborted.push_back(completed->transaction);
  }
  std::ranges::sort(expected.aborted, {}, &AbortedTransaction::first_offset);
  return expected;
}

std::string CheckLastStable(const struct Offsets& offsets, ProducerState& state) {
  constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  state.OnHighWatermark(offsets.high_watermark);
  const int64_t low = std::min(state.first_unstable().value_or(kNone), offsets.high_watermark);
  state.OnHighWatermark(kNone);
  const int64_t high = std::min(state.first_unstable().value_or(kNone), offsets.high_watermark);
  if (low <= offsets.last_stable && offsets.last_stable <= high) return "";
  return fmt::format("the last stable offset is {}, not in [{}, {}]", offsets.last_stable, low,
                     high);
}

std::string CheckExactly(const Expected& expected, const Log& log,
                         const std::vector<AbortedTransaction>& aborted) {
  const std::string want = Hex(FormatProducerSnapshot(expected.state.Snapshot()));
  const std::string got = Hex(FormatProducerSnapshot(log.producers().Snapshot()));
  if (want != got) return fmt::format("producers are {}, not {}", got, want);
  if (aborted == expected.aborted) return "";
  return fmt::format("{} aborted transactions, not {}", aborted.size(), expected.aborted.size());
}

// The log may know more than the batches that are left: a producer's last batch, or the beginning
// of a transaction, may lie below the log start. It must not know less.
std::string CheckAtLeast(const Expected& expected, const Log& log,
                         const std::vector<AbortedTransaction>& aborted) {
  for (const auto& [id, want] : expected.state.producers()) {
    const ProducerEntry* got = log.producers().Find(id);
    if (got == nullptr) return fmt::format("producer {} is not known", id);
    const bool wrote = want.newest().last_offset != ProducerEntry::kNoOffset;
    const bool same = got->newest().last_offset == want.newest().last_offset &&
                      got->newest().last_sequence == want.newest().last_sequence;
    if (got->epoch() != want.epoch() || (wrote && !same)) {
      return fmt::format("producer {} wrote sequence {}, not {}", id, got->newest().last_sequence,
                         want.newest().last_sequence);
    }
  }
  for (const AbortedTransaction& want : expected.aborted) {
    const bool known = std::ranges::any_of(aborted, [&](const AbortedTransaction& got) {
      return got.producer_id == want.producer_id && got.first_offset <= want.first_offset;
    });
    if (!known) return fmt::format("an aborted transaction at {} is missing", want.first_offset);
  }
  return "";
}

}  // namespace

void SetSequence(Buffer& batch, int32_t sequence) {
  auto& header = *reinterpret_cast<record::BatchHeader*>(batch.data());
  header.base_sequence = sequence;
  header.crc = BatchView(batch).ComputeCrc();
}

bool HasSequence(Bytes batch) {
  const BatchView view(batch);
  return view.has_producer_id() && !view.is_control();
}

io::Task<absl::StatusOr<std::string>> CheckProducers(Log& log, std::vector<Bytes> batches) {
  Expected expected = WhatTheySay(batches);
  const int64_t start = log.offsets().log_start;
  CO_ASSIGN_OR_RETURN(const auto aborted,
                      co_await log.AbortedTransactions(start, log.offsets().end));
  if (start > 0) co_return CheckAtLeast(expected, log, aborted);
  std::string wrong = CheckExactly(expected, log, aborted);
  if (!wrong.empty()) co_return wrong;
  co_return CheckLastStable(log.offsets(), expected.state);
}

}  // namespace varve::log::test
