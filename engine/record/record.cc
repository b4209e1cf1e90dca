#include "engine/record/record.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/varint.h"
#include "engine/record/compression.h"

namespace varve::record {
namespace {

// An integer from the front of some bytes, and what follows it; nothing if it is not there.
struct Taken {
  const std::byte* rest;
  int64_t value;
};

[[gnu::noinline]] Taken TakeLong(const std::byte* at, const std::byte* end, int bits) {
  Bytes bytes(at, end);
  uint64_t raw;
  if (!TakeVarint(bytes, raw, bits)) return {nullptr, 0};
  return {bytes.data(), UnZigZag(raw)};
}

// Nearly every varint in a record is one byte long, or two.
[[gnu::always_inline]] inline Taken Take(const std::byte* at, const std::byte* end, int bits) {
  if (end - at < 2) return TakeLong(at, end, bits);
  const auto first = static_cast<uint64_t>(at[0]);
  if (first < 0x80) return {at + 1, UnZigZag(first)};
  const auto second = static_cast<uint64_t>(at[1]);
  if (second >= 0x80) return TakeLong(at, end, bits);
  return {at + 2, UnZigZag((first & 0x7f) | (second << 7))};
}

// Reads from the front of some bytes. Each call is false if they are not there, or not what is
// asked for. All of it is inlined, so that its two pointers stay in registers: this is where
// compaction spends its time.
struct Cursor {
  const std::byte* at;
  const std::byte* end;

  explicit Cursor(Bytes bytes) : at(bytes.data()), end(bytes.data() + bytes.size()) {}
  size_t left() const { return static_cast<size_t>(end - at); }
  Bytes rest() const { return {at, end}; }

  [[gnu::always_inline]] bool TakeInt32(int32_t& value) {
    const Taken taken = Take(at, end, 32);
    if (taken.rest == nullptr) return false;
    at = taken.rest;
    value = static_cast<int32_t>(taken.value);
    return true;
  }

  [[gnu::always_inline]] bool TakeInt64(int64_t& value) {
    const Taken taken = Take(at, end, 64);
    if (taken.rest == nullptr) return false;
    at = taken.rest;
    value = taken.value;
    return true;
  }

  // A length and that many bytes; -1 says that there are none.
  [[gnu::always_inline]] bool TakeMaybeBytes(MaybeBytes& value) {
    int32_t length;
    if (!TakeInt32(length) || length < -1) return false;
    if (length == -1) {
      value.reset();
      return true;
    }
    const auto size = static_cast<size_t>(length);
    if (size > left()) return false;
    value.emplace(at, size);
    at += size;
    return true;
  }

  bool TakeHeader(HeaderView& header) {
    MaybeBytes key;
    if (!TakeMaybeBytes(key) || !key) return false;
    header.key = *key;
    return TakeMaybeBytes(header.value);
  }

  bool SkipHeaders(int32_t count) {
    HeaderView header;
    for (int32_t i = 0; i < count; ++i) {
      if (!TakeHeader(header)) return false;
    }
    return true;
  }
};

struct Deltas {
  int64_t timestamp;
  int32_t offset;
};

// Reads what follows a record's length. Returns what is wrong with it, or null.
[[gnu::always_inline]] inline const char* ParseBody(Cursor body, RecordView& record,
                                                    Deltas& deltas) {
  if (body.left() == 0) return "has no attributes";
  ++body.at;
  if (!body.TakeInt64(deltas.timestamp)) return "has a bad timestamp";
  if (!body.TakeInt32(deltas.offset)) return "has a bad offset";
  if (!body.TakeMaybeBytes(record.key)) return "has a bad key length";
  if (!body.TakeMaybeBytes(record.value)) return "has a bad value length";
  if (!body.TakeInt32(record.header_count) || record.header_count < 0) {
    return "has a bad header count";
  }
  record.raw_headers = body.rest();
  if (!body.SkipHeaders(record.header_count)) return "has a bad header";
  return body.left() == 0 ? nullptr : "is longer than what it holds";
}

}  // namespace

bool HeaderIterator::Next(HeaderView& header) {
  if (left_ == 0) return false;
  --left_;
  Cursor cursor(rest_);
  const bool taken = cursor.TakeHeader(header);
  rest_ = cursor.rest();
  VARVE_CHECK(taken, "raw_headers that no RecordIterator has seen");
  return true;
}

RecordIterator::RecordIterator(BatchView batch, Bytes records)
    : base_offset_(batch.base_offset()),
      base_timestamp_(batch.base_timestamp()),
      count_(batch.record_count()),
      rest_(records) {
  if (batch.timestamp_type() == TimestampType::kLogAppendTime) append_time_ = batch.max_timestamp();
}

bool RecordIterator::Next(RecordView& record) {
  if (!status_.ok()) return false;
  if (index_ >= count_) return Finish();
  Cursor cursor(rest_);
  int32_t length;
  if (!cursor.TakeInt32(length)) return Fail("has a length that is cut short");
  if (length < 0 || static_cast<size_t>(length) > cursor.left()) {
    return Fail("is longer than what is left of the batch");
  }
  const Bytes body(cursor.at, static_cast<size_t>(length));
  Deltas deltas;
  if (const char* fault = ParseBody(Cursor(body), record, deltas)) return Fail(fault);
  const Bytes rest(body.data() + body.size(), cursor.end);
  record.raw = Bytes(rest_.data(), rest.data());
  rest_ = rest;
  record.offset_delta = deltas.offset;
  record.offset = WrappingAdd(base_offset_, deltas.offset);
  record.timestamp = append_time_.value_or(WrappingAdd(base_timestamp_, deltas.timestamp));
  ++index_;
  return true;
}

bool RecordIterator::Fail(const char* what) {
  status_ = absl::DataLossError(
      fmt::format("record {} of {} {} ({} bytes left)", index_, count_, what, rest_.size()));
  return false;
}

bool RecordIterator::Finish() {
  if (rest_.empty() && count_ >= 0) return false;
  status_ = absl::DataLossError(
      fmt::format("{} bytes follow the last of {} records", rest_.size(), count_));
  return false;
}

absl::StatusOr<PlainRecords> PlainRecords::Open(BatchView batch, size_t bytes_max) {
  if (!batch.is_compressed()) return PlainRecords(batch.records());
  // A batch that compaction emptied has nothing to decompress.
  if (batch.record_count() == 0 && batch.records().empty()) return PlainRecords(Bytes{});
  auto plain = Decompress(batch.codec(), batch.records(), bytes_max);
  if (!plain.ok()) return std::move(plain).status();
  return PlainRecords(*std::move(plain));
}

}  // namespace varve::record
