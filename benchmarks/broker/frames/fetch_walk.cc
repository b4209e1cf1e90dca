#include "benchmarks/broker/frames/fetch_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "server/wire/header.h"

namespace varve::bench {
namespace {

constexpr size_t kHeadBytesFirst = 128;  // nearly every head is shorter
constexpr size_t kHeadBytesMax = 65536;  // of a topic's name and aborted transactions

}  // namespace

void FetchWalk::ShowBatches(size_t front_bytes, OnBatch on_batch) {
  front_bytes_ = std::max(front_bytes, record::kHeaderBytes);
  on_batch_ = std::move(on_batch);
}

absl::Status FetchWalk::Feed(Bytes input) {
  while (!input.empty() || (at_ == At::kTail && frame_left_ == 0)) RETURN_IF_ERROR(Step(input));
  return absl::OkStatus();
}

absl::Status FetchWalk::Step(Bytes& input) {
  switch (at_) {
    case At::kSize:
      return ReadSize(input);
    case At::kHead:
      return ReadHead(input);
    case At::kRecords:
      return ReadRecords(input);
    case At::kTail:
      break;
  }
  return ReadTail(input);
}

std::optional<Bytes> FetchWalk::Front(Bytes& input, size_t wanted) {
  if (carry_.empty() && input.size() >= wanted) return input.first(wanted);
  const size_t taken = std::min(wanted - std::min(wanted, carry_.size()), input.size());
  Append(carry_, input.first(taken));
  input = input.subspan(taken);
  if (carry_.size() < wanted) return std::nullopt;
  return Bytes(carry_);
}

void FetchWalk::DropFront(Bytes& input, size_t bytes) {
  if (carry_.empty()) input = input.subspan(bytes);
  carry_.clear();
}

absl::Status FetchWalk::ReadSize(Bytes& input) {
  const std::optional<Bytes> size = Front(input, wire::kFrameSizeBytes);
  if (!size) return absl::OkStatus();
  const auto bytes = LoadBigEndian<int32_t>(size->data());
  if (bytes < 0) {
    return absl::DataLossError(fmt::format("an answer of {} bytes is announced", bytes));
  }
  DropFront(input, wire::kFrameSizeBytes);
  frame_left_ = static_cast<size_t>(bytes);
  head_wanted_ = std::min(frame_left_, kHeadBytesFirst);
  answer_ = {};
  at_ = At::kHead;
  return absl::OkStatus();
}

absl::Status FetchWalk::ReadHead(Bytes& input) {
  const std::optional<Bytes> front = Front(input, head_wanted_);
  if (!front) return absl::OkStatus();
  if (const std::optional<FetchHead> head = ReadFetchHead(*front, version_)) {
    return TakeHead(*head, input);
  }
  if (head_wanted_ == std::min(frame_left_, kHeadBytesMax)) {
    return absl::DataLossError(
        fmt::format("a frame of {} bytes is no answer to Fetch version {}", frame_left_, version_));
  }
  head_wanted_ = std::min({frame_left_, kHeadBytesMax, 2 * head_wanted_});
  return absl::OkStatus();
}

// What was carried of the bytes behind the head goes through the same steps as the rest.
absl::Status FetchWalk::TakeHead(const FetchHead& head, Bytes& input) {
  if (head.records_bytes > frame_left_ - head.records_at) {
    return absl::DataLossError(fmt::format("{} bytes of records are announced, {} are left",
                                           head.records_bytes, frame_left_ - head.records_at));
  }
  answer_.head = head;
  frame_left_ -= head.records_at;
  records_left_ = head.records_bytes;
  skip_ = 0;
  at_ = records_left_ > 0 ? At::kRecords : At::kTail;
  if (carry_.empty()) {
    input = input.subspan(head.records_at);
    return absl::OkStatus();
  }
  const Buffer carried = std::exchange(carry_, {});
  return Feed(Bytes(carried).subspan(head.records_at));
}

absl::Status FetchWalk::ReadRecords(Bytes& input) {
  if (skip_ == 0) return ReadBatch(input);
  const size_t skipped = std::min(skip_, input.size());
  input = input.subspan(skipped);
  skip_ -= skipped;
  Use(skipped);
  return absl::OkStatus();
}

absl::Status FetchWalk::ReadBatch(Bytes& input) {
  // What is shorter than a header is the beginning of a batch that the answer had no room for.
  std::optional<Bytes> front = Front(input, std::min(records_left_, record::kHeaderBytes));
  if (!front) return absl::OkStatus();
  const record::Peek peek = record::PeekBatch(*front, records_left_);
  size_t size = records_left_;
  if (peek.kind == record::Peek::Kind::kBatch) {
    size = peek.size_bytes;
    front = Front(input, std::min(front_bytes_, size));
    if (!front) return absl::OkStatus();
    RETURN_IF_ERROR(Count(*front, size));
  } else if (peek.kind != record::Peek::Kind::kCutShort) {
    return absl::DataLossError(
        fmt::format("no batch begins {} bytes before the end of the records", records_left_));
  }
  const size_t used = front->size();
  skip_ = size - used;
  DropFront(input, used);
  Use(used);
  return absl::OkStatus();
}

void FetchWalk::Use(size_t bytes) {
  records_left_ -= bytes;
  frame_left_ -= bytes;
  if (records_left_ == 0) at_ = At::kTail;
}

absl::Status FetchWalk::Count(Bytes front, size_t size_bytes) {
  const record::BatchView batch(front);
  if (batch.base_offset() < 0 || batch.last_offset_delta() < 0 || batch.record_count() < 0) {
    return absl::DataLossError(fmt::format("a batch of {} records at offset {}, last delta {}",
                                           batch.record_count(), batch.base_offset(),
                                           batch.last_offset_delta()));
  }
  answer_.next_offset = batch.next_offset();
  answer_.records += static_cast<uint64_t>(batch.record_count());
  answer_.batches += 1;
  answer_.batch_bytes += size_bytes;
  if (on_batch_) on_batch_(front);
  return absl::OkStatus();
}

absl::Status FetchWalk::ReadTail(Bytes& input) {
  const size_t used = std::min(frame_left_, input.size());
  input = input.subspan(used);
  frame_left_ -= used;
  if (frame_left_ > 0) return absl::OkStatus();
  at_ = At::kSize;
  return on_answer_(answer_);
}

}  // namespace varve::bench
