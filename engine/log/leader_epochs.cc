#include "engine/log/leader_epochs.h"

#include <algorithm>

#include "engine/base/check.h"

namespace varve::log {

bool LeaderEpochs::Assign(int32_t epoch, int64_t offset) {
  VARVE_CHECK(epoch >= 0 && offset >= 0, "epoch {} at offset {}", epoch, offset);
  if (!entries_.empty() && entries_.back().epoch == epoch &&
      offset >= entries_.back().start_offset) {
    return false;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start_offset >= offset)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, offset});
  return true;
}

bool LeaderEpochs::TruncateFromEnd(int64_t offset) {
  const size_t before = entries_.size();
  while (!entries_.empty() && entries_.back().start_offset >= offset) entries_.pop_back();
  return entries_.size() != before;
}

bool LeaderEpochs::TruncateFromStart(int64_t offset) {
  const auto after = std::find_if(entries_.begin(), entries_.end(), [&](const EpochStart& entry) {
    return entry.start_offset > offset;
  });
  if (after == entries_.begin()) return false;
  const auto holder = after - 1;
  if (holder == entries_.begin() && holder->start_offset == offset) return false;
  holder->start_offset = offset;
  entries_.erase(entries_.begin(), holder);
  return true;
}

LeaderEpochs::EndOffset LeaderEpochs::EndOffsetFor(int32_t epoch, int64_t log_end) const {
  if (epoch < 0 || entries_.empty() || epoch > latest()) return {};
  if (epoch == latest()) return {epoch, log_end};
  if (epoch < entries_.front().epoch) return {epoch, entries_.front().start_offset};
  const auto next = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const EpochStart& entry) { return entry.epoch > epoch; });
  return {(next - 1)->epoch, next->start_offset};
}

int32_t LeaderEpochs::EpochAt(int64_t offset) const {
  const auto after = std::ranges::upper_bound(entries_, offset, {}, &EpochStart::start_offset);
  return after == entries_.begin() ? kNone : (after - 1)->epoch;
}

}  // namespace varve::log
