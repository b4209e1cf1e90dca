#include "tests/engine/log/crash_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/record/batch.h"
#include "tests/engine/log/crash_producers.h"

namespace varve::log::test {

using record::BatchView;

LogModel::Sent& LogModel::Send(const PlannedBatch& batch, const ProducerState& known) {
  Buffer bytes = batch.bytes;
  if (HasSequence(bytes)) SetSequence(bytes, NextSequence(BatchView(bytes).producer_id(), known));
  return sent_.emplace_back(Sent{std::move(bytes), batch.times});
}

int32_t LogModel::NextSequence(int64_t producer_id, const ProducerState& known) const {
  for (size_t i = sent_.size(); i-- > 0;) {
    const BatchView batch(sent_[i].bytes);
    if (batch.producer_id() == producer_id && HasSequence(sent_[i].bytes)) {
      return record::AdvanceSequence(batch.last_sequence(), 1);
    }
  }
  const ProducerEntry* entry = known.Find(producer_id);
  const bool wrote = entry != nullptr && entry->newest().last_offset != ProducerEntry::kNoOffset;
  return wrote ? record::AdvanceSequence(entry->newest().last_sequence, 1) : 0;
}

std::string LogModel::Acknowledge(Sent& sent, const Appended& appended) {
  sent.acknowledged = true;
  if (BatchView(sent.bytes).base_offset() != appended.base_offset) {
    return "acknowledged another offset";
  }
  return HandOut(sent.bytes);
}

// From now on somebody may know this batch by its leader epoch and offset.
std::string LogModel::HandOut(Bytes bytes) {
  const BatchView batch(bytes);
  const std::pair key{batch.leader_epoch(), batch.base_offset()};
  const auto [known, fresh] = handed_out_.emplace(key, batch.crc());
  if (fresh || known->second == batch.crc()) return "";
  return fmt::format("offset {} of epoch {} names two batches", key.second, key.first);
}

int64_t LogModel::end() const {
  return sent_.empty() ? start_ : BatchView(sent_.back().bytes).next_offset();
}

// How many batches have to be there.
size_t LogModel::Owed(bool power_lost) const {
  size_t owed = 0;
  for (size_t i = 0; i < sent_.size(); ++i) {
    if (!sent_[i].acknowledged) continue;
    if (!power_lost || BatchView(sent_[i].bytes).last_offset() < durable_) owed = i + 1;
  }
  return owed;
}

std::string LogModel::CheckSame(size_t index, Bytes found) const {
  if (index >= sent_.size()) return fmt::format("batch {} was never sent", index);
  const Sent& sent = sent_[index];
  if (sent.acknowledged && !std::ranges::equal(sent.bytes, found)) {
    const BatchView want(sent.bytes);
    const BatchView got(found);
    return fmt::format(
        "batch {} is not what was acknowledged: offset {} for {}, epoch {} for {}, {} bytes for {}",
        index, got.base_offset(), want.base_offset(), got.leader_epoch(), want.leader_epoch(),
        found.size(), sent.bytes.size());
  }
  const Bytes records = Bytes(sent.bytes).subspan(record::kCrcStart);
  if (!std::ranges::equal(records, found.subspan(record::kCrcStart))) {
    return fmt::format("batch {} is not what was sent", index);
  }
  return "";
}

std::string LogModel::CheckStored(const Log& log) const {
  if (log.epochs().latest() < epoch_) {
    return fmt::format("epoch {} was begun, the latest is {}", epoch_, log.epochs().latest());
  }
  if (log.offsets().high_watermark < std::min(high_watermark_, log.offsets().end)) {
    return fmt::format("the high watermark fell from {} to {}", high_watermark_,
                       log.offsets().high_watermark);
  }
  if (lost_unseen_ && !log.open_report().may_have_lost_tail) return "a lost tail goes unseen";
  return "";
}

// What was found is what there is.
std::string LogModel::Adopt(const std::vector<Bytes>& found) {
  sent_.resize(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    sent_[i].bytes.assign(found[i].begin(), found[i].end());
    sent_[i].acknowledged = true;
    if (std::string wrong = HandOut(sent_[i].bytes); !wrong.empty()) return wrong;
  }
  durable_ = end();
  high_watermark_ = std::min(high_watermark_, durable_);
  return "";
}

// Nothing below the log start is promised; but it is where it was asked to be.
std::string LogModel::MoveStart(const Log& log) {
  const int64_t start = log.offsets().log_start;
  if (start < start_stored_ || start > start_asked_) {
    return fmt::format("begins at {}; stored was {}, asked for {}", start, start_stored_,
                       start_asked_);
  }
  while (!sent_.empty() && sent_.front().acknowledged &&
         BatchView(sent_.front().bytes).last_offset() < start) {
    sent_.pop_front();
  }
  start_ = start_asked_ = start;
  return "";
}

std::string LogModel::Reopened(const std::vector<Bytes>& found, bool power_lost, const Log& log) {
  if (std::string wrong = MoveStart(log); !wrong.empty()) return wrong;
  // The first may begin below the log start.
  int64_t next_offset = found.empty() ? start_ : BatchView(found[0]).base_offset();
  if (!found.empty() && (next_offset > start_ || BatchView(found[0]).last_offset() < start_)) {
    return fmt::format("begins with the batch at {}, not with that of {}", next_offset, start_);
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::string wrong = CheckSame(i, found[i]); !wrong.empty()) return wrong;
    const BatchView batch(found[i]);
    if (batch.base_offset() != next_offset) {
      return fmt::format("batch {} at offset {}, not {}", i, batch.base_offset(), next_offset);
    }
    next_offset = batch.next_offset();
  }
  const size_t owed = Owed(power_lost);
  if (found.size() < owed) {
    return fmt::format("{} batches are there, {} were promised after a {}", found.size(), owed,
                       power_lost ? "power loss" : "process crash or a clean stop");
  }
  if (found.size() < Owed(false)) lost_unseen_ = true;
  std::string wrong = CheckStored(log);
  return wrong.empty() ? Adopt(found) : wrong;
}

std::optional<TimestampOffset> LogModel::FirstAtLeast(int64_t timestamp, int64_t limit) const {
  for (const Sent& sent : sent_) {
    int64_t offset = BatchView(sent.bytes).base_offset();
    for (const int64_t time : sent.times) {
      if (offset >= limit) return std::nullopt;
      if (offset >= start_ && time >= timestamp) return TimestampOffset{time, offset};
      ++offset;
    }
  }
  return std::nullopt;
}

std::optional<TimestampOffset> LogModel::Largest(int64_t limit) const {
  int64_t largest = -1;
  for (const Sent& sent : sent_) {
    if (BatchView(sent.bytes).last_offset() >= limit) break;
    int64_t offset = BatchView(sent.bytes).base_offset();
    for (const int64_t time : sent.times) {
      if (offset++ >= start_) largest = std::max(largest, time);
    }
  }
  return largest < 0 ? std::nullopt : FirstAtLeast(largest, limit);
}

}  // namespace varve::log::test
