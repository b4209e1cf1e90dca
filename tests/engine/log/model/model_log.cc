#include "tests/engine/log/model/model_log.h"

#include <fmt/format.h>

#include <utility>

namespace varve::log::test {

using record::BatchView;

// From now on somebody may know this batch by its offset and its leader epoch.
std::string ModelLog::HandOut(const ModelBatch& batch) {
  const std::pair key{batch.base(), batch.view().leader_epoch()};
  const auto [known, fresh] = handed_out_.emplace(key, batch.view().crc());
  if (fresh || known->second == batch.view().crc()) return "";
  return fmt::format("offset {} of epoch {} names two batches", key.first, key.second);
}

void ModelLog::Add(ModelBatch batch) {
  end_ = batch.last() + 1;
  if (batch.view().has_producer_id()) producers_.insert(batch.view().producer_id());
  batches_.push_back(std::move(batch));
}

std::string ModelLog::Acknowledge(DrawnBatch batch, const Appended& appended, int64_t now_ms) {
  if (appended.base_offset > end_) {
    std::string wrong = Settle(appended.base_offset, now_ms, false);
    if (!wrong.empty()) return wrong;
  }
  unanswered_.clear();  // they would lie before it
  const BatchView view(batch.bytes);
  if (view.base_offset() != appended.base_offset || appended.base_offset != end_ ||
      view.last_offset() != appended.last_offset) {
    return fmt::format("acknowledged offsets {} to {}, stamped {}, expected {}",
                       appended.base_offset, appended.last_offset, view.base_offset(), end_);
  }
  Add(ModelBatch(std::move(batch), now_ms, true));
  return HandOut(batches_.back());
}

std::string ModelLog::Settle(int64_t log_end, int64_t now_ms, bool device_failed) {
  std::vector<DrawnBatch> absent;
  for (DrawnBatch& batch : std::exchange(unanswered_, {})) {
    const BatchView view(batch.bytes);
    if (view.base_offset() != end_ || view.last_offset() >= log_end) {
      absent.push_back(std::move(batch));
      continue;
    }
    Add(ModelBatch(std::move(batch), now_ms, false));
    if (std::string wrong = HandOut(batches_.back()); !wrong.empty()) return wrong;
  }
  if (device_failed) unanswered_ = std::move(absent);
  return log_end == end_ ? "" : fmt::format("ends at {}, not {}", log_end, end_);
}

void ModelLog::EpochBegun(int32_t epoch) {
  while (!epochs_.empty() && epochs_.back().second >= end_) epochs_.pop_back();
  epochs_.emplace_back(epoch, end_);
  needs_epoch_ = lost_unseen_ = false;
}

void ModelLog::Storing(int64_t log_start, int64_t high_watermark) {
  start_asked_ = std::max(start_asked_, log_start);
  start_stored_ = std::min(start_stored_, log_start);
  high_watermark_ = std::min(high_watermark_, high_watermark);
}

void ModelLog::Stored(int64_t log_start, int64_t high_watermark) {
  start_stored_ = log_start;
  high_watermark_ = high_watermark;
}

// Of what goes, it still matters which transactions it opens.
void ModelLog::RememberOpen(const ModelBatch& batch) {
  const int64_t producer = batch.view().producer_id();
  if (batch.marker) {
    open_below_.erase(producer);
  } else if (batch.view().is_transactional()) {
    open_below_.try_emplace(producer, batch.base());
  }
}

void ModelLog::Prune(int64_t first_base) {
  while (!batches_.empty() && batches_.front().last() < first_base) {
    RememberOpen(batches_.front());
    batches_.pop_front();
  }
  start_stored_ = std::max(start_stored_, first_base);
}

void ModelLog::BeginCut(int64_t new_end, bool anew) {
  for (ModelBatch& batch : batches_) batch.acknowledged &= !anew && batch.last() < new_end;
  durable_ = anew ? 0 : std::min(durable_, new_end);
  high_watermark_ = std::min(high_watermark_, new_end);
  while (!epochs_.empty() && (anew || epochs_.back().second >= new_end)) epochs_.pop_back();
  cutting_ = {new_end, anew};
  needs_epoch_ = true;
}

void ModelLog::EndCut(int64_t new_end, bool anew) {
  TakeBack(anew ? 0 : new_end);
  if (anew) {
    open_below_.clear();
    start_asked_ = start_stored_ = new_end;
  }
  end_ = new_end;
  durable_ = std::min(durable_, new_end);  // a sync may have ended meanwhile
  cutting_.reset();
}

void ModelLog::TakeBack(int64_t end) {
  while (!batches_.empty() && batches_.back().last() >= end) batches_.pop_back();
}

const ModelBatch* ModelLog::FirstEndingAt(int64_t offset) const {
  const auto at = std::ranges::find_if(
      batches_, [&](const ModelBatch& batch) { return !batch.absent && batch.last() >= offset; });
  return at == batches_.end() ? nullptr : &*at;
}

std::optional<TimestampOffset> ModelLog::FirstAtLeast(int64_t timestamp, int64_t from,
                                                      int64_t limit) const {
  for (const ModelBatch& batch : batches_) {
    int64_t offset = batch.base();
    for (const ModelRecord& record : batch.records) {
      if (offset >= limit) return std::nullopt;
      const bool there = !record.gone && offset >= from;
      if (there && record.timestamp >= timestamp) return TimestampOffset{record.timestamp, offset};
      ++offset;
    }
  }
  return std::nullopt;
}

std::optional<TimestampOffset> ModelLog::Largest(int64_t from, int64_t limit) const {
  int64_t largest = -1;
  for (const ModelBatch& batch : batches_) {
    if (batch.last() >= limit) break;
    int64_t offset = batch.base();
    for (const ModelRecord& record : batch.records) {
      const bool served = offset++ >= from;
      if (served && !record.gone) largest = std::max(largest, record.timestamp);
    }
  }
  return largest < 0 ? std::nullopt : FirstAtLeast(largest, from, limit);
}

std::vector<ModelTxn> ModelLog::Transactions(int64_t log_start) const {
  std::vector<ModelTxn> all;
  std::map<int64_t, size_t> open;
  for (const auto& [producer, first] : open_below_) {
    open[producer] = all.size();
    all.push_back({producer, first, -1, false, true, true});
  }
  for (const ModelBatch& batch : batches_) {
    const BatchView view = batch.view();
    if (!view.is_transactional()) continue;
    const bool left = !batch.absent && batch.last() >= log_start;
    const auto [at, fresh] = open.try_emplace(view.producer_id(), all.size());
    if (batch.marker) {
      if (!fresh) all[at->second].marker = batch.base();
      if (!fresh) all[at->second].aborted = !batch.marker->commit;
      open.erase(at);
      continue;
    }
    if (fresh) all.push_back({view.producer_id(), batch.base(), -1, false, false, !left});
    ModelTxn& txn = all[at->second];
    if (left && txn.first_left < 0) txn.first_left = batch.base();
  }
  return all;
}

size_t ModelLog::gone() const {
  size_t count = 0;
  for (const ModelBatch& batch : batches_) {
    count += static_cast<size_t>(std::ranges::count_if(batch.records, &ModelRecord::gone));
  }
  return count;
}

}  // namespace varve::log::test
