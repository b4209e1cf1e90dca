#include "engine/record/validate.h"

#include <fmt/format.h>

#include <limits>

namespace varve::record {
namespace {

// The bits that a producer may set.
constexpr int16_t kProducerBits = kCodecBits | kLogAppendTimeBit | kTransactionalBit;

BatchCheck CheckVersionAndLength(Bytes bytes) {
  const auto length = LoadBigEndian<int32_t>(&bytes[offsetof(BatchHeader, length)]);
  const auto magic = LoadBigEndian<int8_t>(&bytes[offsetof(BatchHeader, magic)]);
  if (length < kLengthMin) {
    return {BatchFault::kSizeMismatch,
            fmt::format("batch length {}, at least {} expected", length, kLengthMin)};
  }
  return {BatchFault::kUnknownMagic, fmt::format("batch version {}, 2 expected", magic)};
}

// Exactly one batch of version 2, as far as sizes tell.
BatchCheck CheckFrame(Bytes bytes) {
  const Peek peek = PeekBatch(bytes);
  switch (peek.kind) {
    case Peek::Kind::kBatch:
      if (peek.size_bytes == bytes.size()) return {};
      return {BatchFault::kSizeMismatch,
              fmt::format("batch of {} bytes followed by {} more", peek.size_bytes,
                          bytes.size() - peek.size_bytes)};
    case Peek::Kind::kCutShort:
      return {BatchFault::kTooShort,
              fmt::format("batch cut short: {} bytes of {}", bytes.size(),
                          peek.size_bytes != 0 ? peek.size_bytes : kHeaderBytes)};
    case Peek::Kind::kOldMagic:
      return {BatchFault::kOldMagic, "message set of version 0 or 1, batch version 2 expected"};
    case Peek::Kind::kBroken:
      break;
  }
  return CheckVersionAndLength(bytes);
}

BatchCheck CheckCrc(BatchView batch) {
  const uint32_t found = batch.ComputeCrc();
  if (found == batch.crc()) return {};
  return {BatchFault::kBadCrc,
          fmt::format("checksum {:#010x} expected, the bytes have {:#010x}", batch.crc(), found)};
}

BatchCheck CheckFrameAndCrc(Bytes bytes) {
  BatchCheck frame = CheckFrame(bytes);
  return frame.ok() ? CheckCrc(BatchView(bytes)) : frame;
}

BatchCheck CheckProducedAttributes(BatchView batch) {
  const auto raw = static_cast<uint16_t>(batch.attributes());
  if (batch.is_control()) {
    return {BatchFault::kBadAttributes, "control batches are not for producers to send"};
  }
  if ((batch.attributes() & ~kProducerBits) != 0) {
    return {BatchFault::kBadAttributes, fmt::format("attributes {:#06x}: unknown bits", raw)};
  }
  const int codec = batch.attributes() & kCodecBits;
  if (codec >= kCodecCount) {
    return {BatchFault::kBadAttributes, fmt::format("compression codec {} does not exist", codec)};
  }
  return {};
}

BatchCheck CheckProducedCount(BatchView batch) {
  if (batch.record_count() > 0 && batch.record_count() == int64_t{batch.last_offset_delta()} + 1) {
    return {};
  }
  return {BatchFault::kBadCount, fmt::format("{} records, last offset delta {}",
                                             batch.record_count(), batch.last_offset_delta())};
}

BatchCheck CheckProducer(BatchView batch) {
  const bool sequenced = batch.producer_epoch() >= 0 && batch.base_sequence() >= 0;
  if (batch.has_producer_id() ? sequenced : !batch.is_transactional()) return {};
  return {BatchFault::kBadProducer,
          fmt::format("producer {} with epoch {} and sequence {}{}", batch.producer_id(),
                      batch.producer_epoch(), batch.base_sequence(),
                      batch.is_transactional() ? ", transactional" : "")};
}

BatchCheck CheckStoredOffsets(BatchView batch) {
  constexpr int64_t kOffsetMax = std::numeric_limits<int64_t>::max() - 1;
  const int32_t delta = batch.last_offset_delta();
  if (delta >= 0 && batch.base_offset() >= 0 && batch.base_offset() <= kOffsetMax - delta) {
    return {};
  }
  return {BatchFault::kBadOffset,
          fmt::format("base offset {} and last offset delta {}", batch.base_offset(), delta)};
}

BatchCheck CheckStoredCount(BatchView batch) {
  const int64_t count_max = int64_t{batch.last_offset_delta()} + 1;
  if (batch.record_count() >= 0 && batch.record_count() <= count_max) return {};
  return {BatchFault::kBadCount,
          fmt::format("{} records where {} fit", batch.record_count(), count_max)};
}

}  // namespace

BatchCheck CheckProducedBatch(Bytes bytes) {
  if (BatchCheck check = CheckFrameAndCrc(bytes); !check.ok()) return check;
  const BatchView batch(bytes);
  if (batch.base_offset() != 0) {
    return {BatchFault::kBadOffset,
            fmt::format("base offset {}, producers send 0", batch.base_offset())};
  }
  if (BatchCheck check = CheckProducedAttributes(batch); !check.ok()) return check;
  if (BatchCheck check = CheckProducedCount(batch); !check.ok()) return check;
  return CheckProducer(batch);
}

BatchCheck CheckStoredBatch(Bytes bytes) {
  if (BatchCheck check = CheckFrameAndCrc(bytes); !check.ok()) return check;
  return CheckStoredHeader(BatchView(bytes));
}

BatchCheck CheckStoredHeader(BatchView batch) {
  if (BatchCheck check = CheckStoredOffsets(batch); !check.ok()) return check;
  return CheckStoredCount(batch);
}

}  // namespace varve::record
