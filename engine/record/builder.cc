#include "engine/record/builder.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/base/check.h"
#include "engine/base/crc32c.h"
#include "engine/base/varint.h"
#include "engine/record/compression.h"

namespace varve::record {
namespace {

constexpr size_t kBatchBytesMax = std::numeric_limits<int32_t>::max();

size_t SizeOf(const MaybeBytes& bytes) {
  if (!bytes) return VarintSize(ZigZag(-1));
  return VarintSize(ZigZag(static_cast<int64_t>(bytes->size()))) + bytes->size();
}

void Put(Buffer& buffer, int64_t value) { AppendVarint(buffer, ZigZag(value)); }

void Put(Buffer& buffer, const MaybeBytes& bytes) {
  if (!bytes) return Put(buffer, int64_t{-1});
  Put(buffer, static_cast<int64_t>(bytes->size()));
  Append(buffer, *bytes);
}

// Of a record, without the length in front.
size_t BodySize(const RecordFields& record, int64_t timestamp_delta, int32_t offset_delta) {
  const size_t attributes = 1;
  size_t size = attributes + VarintSize(ZigZag(timestamp_delta)) +
                VarintSize(ZigZag(offset_delta)) + SizeOf(record.key) + SizeOf(record.value) +
                VarintSize(ZigZag(static_cast<int64_t>(record.headers.size())));
  for (const HeaderView& header : record.headers) size += SizeOf(header.key) + SizeOf(header.value);
  return size;
}

// Writes header and checksum in front of the records.
void Seal(Buffer& batch, BatchHeader header) {
  VARVE_CHECK(batch.size() <= kBatchBytesMax, "a batch of {} bytes", batch.size());
  header.length = static_cast<int32_t>(batch.size() - kBatchOverhead);
  std::memcpy(batch.data(), &header, sizeof(header));
  header.crc = BatchView(batch).ComputeCrc();
  std::memcpy(batch.data(), &header, sizeof(header));
}

}  // namespace

BatchBuilder::BatchBuilder(const BatchOptions& options) : options_(options) { Reset(); }

void BatchBuilder::Reset() {
  bytes_.assign(kHeaderBytes, std::byte{0});
  count_ = 0;
  next_delta_ = 0;
  base_timestamp_ =
      options_.delete_horizon.value_or(options_.base_timestamp.value_or(kNoTimestamp));
  max_timestamp_ = options_.log_append_time.value_or(kNoTimestamp);
}

void BatchBuilder::AppendAt(int32_t offset_delta, const RecordFields& record) {
  VARVE_CHECK(offset_delta >= next_delta_, "offset delta {} after {}", offset_delta,
              next_delta_ - 1);
  const bool given = options_.delete_horizon || options_.base_timestamp;
  if (count_ == 0 && !given) base_timestamp_ = record.timestamp;
  if (!options_.log_append_time) max_timestamp_ = std::max(max_timestamp_, record.timestamp);
  const int64_t timestamp_delta = WrappingSubtract(record.timestamp, base_timestamp_);
  Put(bytes_, static_cast<int64_t>(BodySize(record, timestamp_delta, offset_delta)));
  bytes_.push_back(std::byte{0});  // attributes
  Put(bytes_, timestamp_delta);
  Put(bytes_, int64_t{offset_delta});
  Put(bytes_, record.key);
  Put(bytes_, record.value);
  Put(bytes_, static_cast<int64_t>(record.headers.size()));
  for (const HeaderView& header : record.headers) {
    Put(bytes_, MaybeBytes(header.key));
    Put(bytes_, header.value);
  }
  ++count_;
  next_delta_ = int64_t{offset_delta} + 1;
}

void BatchBuilder::AppendEncoded(const Encoded& records) {
  VARVE_CHECK(options_.delete_horizon || options_.base_timestamp, "deltas of no known time");
  VARVE_CHECK(records.count > 0 && records.last_delta >= next_delta_ + records.count - 1,
              "{} records up to offset delta {} after {}", records.count, records.last_delta,
              next_delta_ - 1);
  if (!options_.log_append_time) max_timestamp_ = std::max(max_timestamp_, records.max_timestamp);
  varve::Append(bytes_, records.bytes);
  count_ += records.count;
  next_delta_ = int64_t{records.last_delta} + 1;
}

int16_t BatchBuilder::Attributes() const {
  int attributes = count_ == 0 ? 0 : static_cast<int>(options_.codec);
  if (options_.log_append_time) attributes |= kLogAppendTimeBit;
  if (options_.transactional) attributes |= kTransactionalBit;
  if (options_.control) attributes |= kControlBit;
  if (options_.delete_horizon) attributes |= kDeleteHorizonBit;
  return static_cast<int16_t>(attributes);
}

BatchHeader BatchBuilder::Header() const {
  BatchHeader header;
  header.base_offset = options_.base_offset;
  header.leader_epoch = options_.leader_epoch;
  header.magic = kMagic;
  header.attributes = Attributes();
  header.last_offset_delta =
      options_.last_offset_delta.value_or(static_cast<int32_t>(next_delta_ - 1));
  header.base_timestamp = base_timestamp_;
  header.max_timestamp = max_timestamp_;
  header.producer_id = options_.producer_id;
  header.producer_epoch = options_.producer_epoch;
  header.base_sequence = options_.base_sequence;
  header.record_count = count_;
  return header;
}

Buffer BatchBuilder::CompressedBatch() {
  const auto records =
      Compress(options_.codec, Bytes(bytes_).subspan(kHeaderBytes), options_.level);
  VARVE_CHECK(records.ok(), "{}", records.status().ToString());
  Buffer batch;
  batch.reserve(kHeaderBytes + records->size());
  batch.resize(kHeaderBytes);
  varve::Append(batch, *records);
  return batch;
}

Buffer BatchBuilder::Build() {
  const bool compress = options_.codec != Codec::kNone && count_ > 0;
  Buffer batch = compress ? CompressedBatch() : std::move(bytes_);
  Seal(batch, Header());
  Reset();
  return batch;
}

Buffer BuildEmptyCopy(BatchView batch) {
  BatchHeader header;
  std::memcpy(&header, batch.bytes().data(), sizeof(header));
  header.attributes = static_cast<int16_t>(batch.attributes() & ~(kCodecBits | kDeleteHorizonBit));
  header.base_timestamp = kNoTimestamp;
  header.record_count = 0;
  Buffer copy(kHeaderBytes);
  Seal(copy, header);
  return copy;
}

}  // namespace varve::record
