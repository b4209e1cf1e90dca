#include <algorithm>

#include "engine/base/check.h"
#include "engine/record/builder.h"
#include "engine/record/compression.h"
#include "engine/record/record.h"
#include "engine/record/stamp.h"
#include "engine/record/validate.h"

// Bytes as a producer, a leader or a disk may hand them to engine/record: as they come, as the
// records of a batch whose header is right, and as the input of each codec.
namespace varve::record {
namespace {

constexpr size_t kDecompressedMax = size_t{1} << 18;

// Encodes the records of a batch that passed every check anew: they must come out the same.
void CheckRebuild(BatchView batch) {
  const auto plain = PlainRecords::Open(batch, kDecompressedMax);
  VARVE_CHECK(plain.ok());
  BatchBuilder builder;
  RecordIterator records(batch, plain->bytes());
  for (RecordView record; records.Next(record);) {
    std::vector<HeaderView> headers;
    HeaderIterator iterator = record.headers();
    for (HeaderView header; iterator.Next(header);) headers.push_back(header);
    builder.Append({record.timestamp, record.key, record.value, headers});
  }
  const Buffer built = builder.Build();
  VARVE_CHECK(CheckProducedBatch(built).ok());
  const RecordsCheck again = CheckRecords(BatchView(built), {kDecompressedMax});
  VARVE_CHECK(again.ok(), "{}", again.message);
  VARVE_CHECK(BatchView(built).record_count() == batch.record_count());
}

void CheckStamps(Buffer batch) {
  StampBaseOffset(batch, 1000);
  StampLeaderEpoch(batch, 7);
  VARVE_CHECK(CheckStoredBatch(batch).ok());
  StampLogAppendTime(batch, 5);
  StampMaxTimestamp(batch, 6);
  VARVE_CHECK(CheckStoredBatch(batch).ok());
}

void LookAt(const Buffer& bytes) {
  const Peek peek = PeekBatch(bytes);
  const bool produced = CheckProducedBatch(bytes).ok();
  const bool stored = CheckStoredBatch(bytes).ok();
  VARVE_CHECK(stored || !produced, "produced, but not to be stored");
  VARVE_CHECK(peek.kind == Peek::Kind::kBatch || !stored);
  if (bytes.size() < kHeaderBytes) return;
  const BatchView batch(bytes);
  const bool whole =
      CheckRecords(batch, {.decompressed_bytes_max = kDecompressedMax, .key_required = false}).ok();
  if (produced && whole) {
    CheckRebuild(batch);
    CheckStamps(bytes);
  }
}

// `bytes` behind a header that is right wherever it can be; their first two choose the codec and
// the count.
Buffer Framed(Bytes bytes) {
  BatchHeader header;
  if (bytes.size() < 2) return {};
  header.magic = kMagic;
  header.attributes = static_cast<int16_t>(static_cast<int>(bytes[0]) % kCodecCount);
  header.record_count = static_cast<int>(bytes[1]) + 1;
  header.last_offset_delta = header.record_count - 1;
  header.producer_id = kNoProducerId;
  header.length = static_cast<int32_t>(bytes.size() - 2 + kLengthMin);
  Buffer batch(kHeaderBytes);
  std::copy_n(reinterpret_cast<const std::byte*>(&header), sizeof(header), batch.begin());
  Append(batch, bytes.subspan(2));
  StampMaxTimestamp(batch, kNoTimestamp);
  return batch;
}

void TryCodecs(Bytes bytes) {
  for (int number = 0; number < kCodecCount; ++number) {
    const auto codec = static_cast<Codec>(number);
    const auto plain = Decompress(codec, bytes, kDecompressedMax);
    VARVE_CHECK(!plain.ok() || plain->size() <= kDecompressedMax);
    const auto packed = Compress(codec, bytes);
    VARVE_CHECK(packed.ok());
    const auto back = Decompress(codec, *packed, bytes.size());
    VARVE_CHECK(back.ok() && std::ranges::equal(*back, bytes), "{}", CodecName(codec));
  }
}

}  // namespace
}  // namespace varve::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const varve::Bytes bytes = std::as_bytes(std::span(data, size));
  varve::record::LookAt(varve::Buffer(bytes.begin(), bytes.end()));
  varve::record::LookAt(varve::record::Framed(bytes));
  varve::record::TryCodecs(bytes);
  return 0;
}
