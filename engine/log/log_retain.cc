#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "engine/log/inside.h"
#include "engine/log/log.h"
#include "engine/log/retention.h"
#include "engine/log/roll.h"

// What a log gives up of its old end, and when it closes a segment that nobody appends to.
namespace varve::log {

std::vector<SegmentSummary> Log::Summaries() const {
  std::vector<SegmentSummary> summaries;
  summaries.reserve(segments_.size());
  for (auto at = segments_.begin(); at != segments_.end(); ++at) {
    const Segment& segment = *at->second;
    const auto next = std::next(at);
    summaries.push_back({at->first, next == segments_.end() ? offsets_.end : next->first,
                         segment.size(), segment.max_timestamp().timestamp, segment.modified_ms()});
  }
  return summaries;
}

RetentionDecision Log::Decide(int64_t now_ms) const {
  const RetentionFacts facts{offsets_.log_start, offsets_.high_watermark, now_ms};
  return DecideRetention(Summaries(), config_, facts);
}

io::Task<absl::Status> Log::RollNow() {
  co_await writer_.Take();
  absl::Status rolled = co_await WillChange();
  if (rolled.ok() && active().size() > 0) rolled = co_await Roll(offsets_.end);
  writer_.Give();
  health_.Note(rolled, loop_.Now());
  co_return rolled;
}

io::Task<absl::Status> Log::RollIfOld(int64_t now_ms) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  if (!health_.ok()) co_return absl::OkStatus();  // later
  if (!ShouldRollIdle(FactsOf(active(), jitter_ms_, now_ms), config_)) co_return absl::OkStatus();
  co_return co_await RollNow();
}

io::Task<absl::StatusOr<RetentionDecision>> Log::ApplyRetention(int64_t now_ms) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  if (health_.failed()) co_return RetentionDecision();
  RetentionDecision decision = Decide(now_ms);
  if (decision.count() == 0) co_return decision;
  CO_RETURN_IF_ERROR(co_await WillChange());
  decision = Decide(now_ms);  // something may have gone
  absl::Status rolled;
  if (decision.count() == segments_.size()) {
    rolled = co_await RollNow();
    decision = Decide(now_ms);  // more may have come, or have gone
  }
  // On a full disk nothing new can be begun, but the others can go.
  if (decision.count() == segments_.size()) {
    --(decision.expired > 0 ? decision.expired : decision.over_size);
  }
  const size_t count = decision.count();
  if (count == 0 && !rolled.ok()) co_return rolled;
  if (count == 0) co_return decision;
  const int64_t first_kept = std::next(segments_.begin(), static_cast<ptrdiff_t>(count))->first;
  // A power loss may bring these back. If batches were missing from them then, all that is behind
  // would count as lost, durable or not.
  if (offsets_.durable < first_kept) CO_RETURN_IF_ERROR(co_await Flush());
  // What producers did in those that go has to be known to a recovery that reads the next one.
  co_await HoldSyncs();
  const absl::Status known = co_await KeepProducersAt(first_kept);
  ReleaseSyncs();
  CO_RETURN_IF_ERROR(known);
  const bool changed =
      segments_.begin()->first >= first_kept || segments_.rbegin()->first < first_kept;
  if (changed) co_return RetentionDecision();  // somebody else was here: next time
  std::vector<SegmentRef> gone = TakeOut(segments_.begin()->first, first_kept);
  RaiseLogStart(first_kept);
  CO_RETURN_IF_ERROR(co_await DeleteFiles(std::move(gone)));
  IgnoreError(co_await DropEpochsBelowStart());
  co_return decision;
}

void Log::RaiseLogStart(int64_t offset) {
  if (offset <= offsets_.log_start) return;
  offsets_.log_start = offset;
  offsets_.last_stable = std::max(offsets_.last_stable, offset);
}

io::Task<absl::Status> Log::AdvanceLogStart(int64_t offset) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  if (offset < 0 || offset > offsets_.high_watermark) {
    co_return absl::OutOfRangeError(fmt::format("offset {} of {} is outside [0, {}]", offset,
                                                directory_, offsets_.high_watermark));
  }
  RaiseLogStart(offset);
  co_return absl::OkStatus();
}

// Of records that are gone for good. A crash may take the log start back as far as the first
// segment begins, and what is served then has to have its epoch. What the file says of epochs that
// are gone does no harm: opening the log drops them again.
io::Task<absl::Status> Log::DropEpochsBelowStart() {
  co_await writer_.Take();
  const size_t before = epochs_.entries().size();
  epochs_.TruncateFromStart(segments_.begin()->first);
  absl::Status stored;
  if (epochs_.entries().size() != before) {
    stored = co_await WriteEpochs(files_.disk(), directory_, epochs_.entries());
  }
  writer_.Give();
  health_.Note(stored, loop_.Now());
  co_return stored;
}

}  // namespace varve::log
