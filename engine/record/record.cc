#include "engine/record/record.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/varint.h"
#include "engine/record/compression.h"

namespace varve::record {
namespace {

// Nearly every varint in a record is one byte long.
inline bool TakeInt32(Bytes& rest, int32_t& value) {
  if (!rest.empty() && static_cast<uint8_t>(rest.front()) < 0x80) {
    value = static_cast<int32_t>(UnZigZag(static_cast<uint64_t>(rest.front())));
    rest = rest.subspan(1);
    return true;
  }
  return TakeZigZag32(rest, value);
}

// A length and that many bytes; -1 says that there are none.
bool TakeMaybeBytes(Bytes& rest, MaybeBytes& value) {
  int32_t length;
  if (!TakeInt32(rest, length) || length < -1) return false;
  value.reset();
  if (length == -1) return true;
  if (static_cast<size_t>(length) > rest.size()) return false;
  value = rest.first(static_cast<size_t>(length));
  rest = rest.subspan(static_cast<size_t>(length));
  return true;
}

bool TakeHeader(Bytes& rest, HeaderView& header) {
  MaybeBytes key;
  if (!TakeMaybeBytes(rest, key) || !key) return false;
  header.key = *key;
  return TakeMaybeBytes(rest, header.value);
}

bool SkipHeaders(Bytes& rest, int32_t count) {
  HeaderView header;
  for (int32_t i = 0; i < count; ++i) {
    if (!TakeHeader(rest, header)) return false;
  }
  return true;
}

struct Deltas {
  int64_t timestamp;
  int32_t offset;
};

// Reads what follows a record's length. Returns what is wrong with it, or null.
const char* ParseBody(Bytes body, RecordView& record, Deltas& deltas) {
  if (body.empty()) return "has no attributes";
  body = body.subspan(1);
  if (!TakeZigZag64(body, deltas.timestamp)) return "has a bad timestamp";
  if (!TakeInt32(body, deltas.offset)) return "has a bad offset";
  if (!TakeMaybeBytes(body, record.key)) return "has a bad key length";
  if (!TakeMaybeBytes(body, record.value)) return "has a bad value length";
  if (!TakeInt32(body, record.header_count) || record.header_count < 0) {
    return "has a bad header count";
  }
  record.raw_headers = body;
  if (!SkipHeaders(body, record.header_count)) return "has a bad header";
  return body.empty() ? nullptr : "is longer than what it holds";
}

}  // namespace

bool HeaderIterator::Next(HeaderView& header) {
  if (left_ == 0) return false;
  --left_;
  const bool taken = TakeHeader(rest_, header);
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
  int32_t length;
  if (!TakeInt32(rest_, length)) return Fail("has a length that is cut short");
  if (length < 0 || static_cast<size_t>(length) > rest_.size()) {
    return Fail("is longer than what is left of the batch");
  }
  const Bytes body = rest_.first(static_cast<size_t>(length));
  Deltas deltas;
  if (const char* fault = ParseBody(body, record, deltas)) return Fail(fault);
  rest_ = rest_.subspan(body.size());
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
