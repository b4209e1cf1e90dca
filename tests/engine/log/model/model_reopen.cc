#include <fmt/format.h>

#include "tests/engine/log/model/model_log.h"

// What a log may hold after it was opened.
namespace varve::log::test {

using record::BatchView;

std::string ModelLog::CheckStart(int64_t start) const {
  int64_t least = start_stored_;
  int64_t most = start_asked_;
  if (cutting_) {
    least = std::min(least, cutting_->first);
    most = std::max(most, cutting_->first);
  }
  if (least <= start && start <= most) return "";
  return fmt::format("begins at {}; stored was {}, asked for {}", start, least, most);
}

// Batches that nobody was told of may be there.
void ModelLog::AdoptUnanswered(const std::vector<Bytes>& found, int64_t now_ms) {
  size_t next = 0;
  for (const Bytes bytes : found) {
    if (BatchView(bytes).base_offset() != end_) continue;
    const auto same = [&](const DrawnBatch& batch) {
      return std::ranges::equal(Bytes(batch.bytes).subspan(record::kCrcStart),
                                bytes.subspan(record::kCrcStart));
    };
    while (next < unanswered_.size() && !same(unanswered_[next])) ++next;
    if (next == unanswered_.size()) return;
    unanswered_[next].bytes.assign(bytes.begin(), bytes.end());
    Add(ModelBatch(std::move(unanswered_[next++]), now_ms, false));
  }
}

// Of the batches behind the end, none was promised to be there.
std::string ModelLog::CheckLost(int64_t log_end, int64_t start, bool power_lost) {
  for (const ModelBatch& batch : batches_) {
    if (batch.last() < log_end || batch.last() < start || !batch.acknowledged) continue;
    lost_unseen_ = true;
    if (power_lost && batch.last() >= durable_) continue;
    return fmt::format("ends at {}; offset {} was {}", log_end, batch.last(),
                       power_lost ? "durable" : "acknowledged");
  }
  return "";
}

// Nothing is left. What lay below the end may count as open still; what lay behind it does not: the
// log was being begun anew at a lower offset.
void ModelLog::ForgetAll(int64_t log_end) {
  std::erase_if(open_below_, [&](const auto& open) { return open.second >= log_end; });
  for (const ModelBatch& batch : batches_) RememberOpen(batch);
  batches_.clear();
}

// The end is where a batch ends, unless everything has gone.
std::string ModelLog::CheckEnd(int64_t log_end, int64_t start) {
  const bool emptied = log_end == start && (batches_.empty() || batches_.back().last() < start);
  const bool anew = cutting_ && log_end == cutting_->first;
  const bool at_batch = !batches_.empty() && batches_.back().last() + 1 == log_end;
  if (!emptied && !anew && !at_batch && log_end != end_) {
    return fmt::format("ends at {}, where no batch ends", log_end);
  }
  if (emptied) ForgetAll(log_end);
  end_ = log_end;
  return "";
}

std::string ModelLog::CheckStored(const Log& log) const {
  const int32_t begun = epochs_.empty() ? -1 : epochs_.back().first;
  if (log.epochs().latest() < begun) {
    return fmt::format("epoch {} was begun, the latest is {}", begun, log.epochs().latest());
  }
  const int64_t high_watermark = log.offsets().high_watermark;
  if (high_watermark < std::min(high_watermark_, end_)) {
    return fmt::format("the high watermark fell from {} to {}", high_watermark_, high_watermark);
  }
  if (log.offsets().durable != end_) return "not all is durable after opening";
  if (lost_unseen_ && !log.open_report().may_have_lost_tail) return "a lost tail goes unseen";
  return "";
}

// What was found is what there is.
std::string ModelLog::Adopt(const Log& log) {
  for (ModelBatch& batch : batches_) {
    batch.acknowledged = true;
    if (std::string wrong = HandOut(batch); !wrong.empty()) return wrong;
  }
  durable_ = end_;
  high_watermark_ = std::min(high_watermark_, end_);
  start_asked_ = log.offsets().log_start;
  start_stored_ = std::min(start_stored_, start_asked_);
  needs_epoch_ |= log.open_report().may_have_lost_tail;
  unanswered_.clear();
  cutting_.reset();
  Prune(log.first_segment_base());
  return "";
}

std::string ModelLog::Compare(const std::vector<Bytes>& found, int64_t log_start) {
  auto at = batches_.begin();
  while (at != batches_.end() && at->last() < log_start) ++at;
  std::string wrong;
  for (const Bytes bytes : found) {
    const int64_t base = BatchView(bytes).base_offset();
    for (; at != batches_.end() && at->base() < base && wrong.empty(); ++at) {
      wrong = at->MeetNothing();
    }
    if (!wrong.empty()) return wrong;
    if (at == batches_.end() || at->base() != base) {
      return fmt::format("the batch at {} was never sent", base);
    }
    if (wrong = (at++)->Meet(bytes); !wrong.empty()) return wrong;
  }
  for (; at != batches_.end() && wrong.empty(); ++at) wrong = at->MeetNothing();
  return wrong;
}

std::string ModelLog::Reopened(const std::vector<Bytes>& found, bool power_lost, const Log& log,
                               int64_t now_ms) {
  const int64_t start = log.offsets().log_start;
  const int64_t log_end = log.offsets().end;
  std::string wrong = CheckStart(start);
  AdoptUnanswered(found, now_ms);
  if (wrong.empty()) wrong = CheckLost(log_end, start, power_lost);
  TakeBack(log_end);
  if (wrong.empty()) wrong = CheckEnd(log_end, start);
  if (wrong.empty()) wrong = Compare(found, start);
  if (wrong.empty()) wrong = CheckStored(log);
  return wrong.empty() ? Adopt(log) : wrong;
}

}  // namespace varve::log::test
