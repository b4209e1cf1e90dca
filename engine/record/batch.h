#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"

// The record batch, version 2: the one unit that travels from a producer's socket to the file and
// from there to a consumer's socket without being encoded again.
namespace varve::record {

// The front of every batch, on the wire and on disk alike. Everything after it is the records,
// as one compressed block if the attributes name a codec.
struct BatchHeader {
  be_int64 base_offset;        // 0 from a producer; the leader stamps it (outside the checksum)
  be_int32 length;             // bytes after this field
  be_int32 leader_epoch;       // -1 from a producer; the leader stamps it (outside the checksum)
  be_int8 magic;               // 2; versions 0 and 1 have theirs at the same place
  be_uint32 crc;               // CRC-32C of everything from `attributes` to the end
  be_int16 attributes;         // the k...Bit(s) below
  be_int32 last_offset_delta;  // kept when compaction removes the last record
  be_int64 base_timestamp;     // what record deltas count from
  be_int64 max_timestamp;      // largest of the records, or the time of append
  be_int64 producer_id;        // -1: none
  be_int16 producer_epoch;     // -1: none
  be_int32 base_sequence;      // -1: none
  be_int32 record_count;
};
static_assert(sizeof(BatchHeader) == 61 && alignof(BatchHeader) == 1);

inline constexpr size_t kHeaderBytes = sizeof(BatchHeader);
inline constexpr size_t kBatchOverhead = 12;  // what `length` does not count
inline constexpr size_t kPeekBytes = 17;      // up to and with `magic`
inline constexpr size_t kCrcStart = offsetof(BatchHeader, attributes);
inline constexpr int32_t kLengthMin = kHeaderBytes - kBatchOverhead;
static_assert(kPeekBytes == offsetof(BatchHeader, crc) && kCrcStart == 21 && kLengthMin == 49);

inline constexpr int8_t kMagic = 2;
inline constexpr int64_t kNoTimestamp = -1;
inline constexpr int64_t kNoProducerId = -1;
inline constexpr int16_t kNoProducerEpoch = -1;
inline constexpr int32_t kNoSequence = -1;
inline constexpr int32_t kNoLeaderEpoch = -1;

inline constexpr int16_t kCodecBits = 0x07;
inline constexpr int16_t kLogAppendTimeBit = 0x08;
inline constexpr int16_t kTransactionalBit = 0x10;
inline constexpr int16_t kControlBit = 0x20;
inline constexpr int16_t kDeleteHorizonBit = 0x40;  // base_timestamp is a delete horizon

// The numbers are those of the attributes; 5 to 7 are nobody's.
enum class Codec : uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };
inline constexpr int kCodecCount = 5;

enum class TimestampType : uint8_t { kCreateTime = 0, kLogAppendTime = 1 };

// Sums and differences of numbers that nobody has checked yet: what overflows, wraps.
constexpr int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

constexpr int64_t WrappingSubtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

// The sequence number `delta` records after `sequence`: 0 follows 2147483647.
int32_t AdvanceSequence(int32_t sequence, int32_t delta);

// Reads a batch where it lies; copies and owns nothing. The accessors trust the header: show the
// bytes to PeekBatch or to one of the checks (validate.h) first.
//
// Lifetime  `bytes` outlive the view.
// Requires  `bytes` begin with a batch and hold its header at least. records() and ComputeCrc()
//           require the whole batch and nothing after it.
class BatchView {
 public:
  explicit BatchView(Bytes bytes);

  int64_t base_offset() const { return header().base_offset; }
  int64_t last_offset() const { return WrappingAdd(base_offset(), last_offset_delta()); }
  int64_t next_offset() const { return WrappingAdd(last_offset(), 1); }
  int32_t last_offset_delta() const { return header().last_offset_delta; }

  // Of the whole batch as its header tells, whether or not that many are here.
  size_t size_bytes() const {
    return kBatchOverhead + static_cast<size_t>(int32_t{header().length});
  }
  int32_t leader_epoch() const { return header().leader_epoch; }
  int8_t magic() const { return header().magic; }
  uint32_t crc() const { return header().crc; }

  int16_t attributes() const { return header().attributes; }
  // May be a number that no codec has.
  Codec codec() const { return static_cast<Codec>(attributes() & kCodecBits); }
  bool is_compressed() const { return codec() != Codec::kNone; }
  TimestampType timestamp_type() const {
    return Has(kLogAppendTimeBit) ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  }
  bool is_transactional() const { return Has(kTransactionalBit); }
  bool is_control() const { return Has(kControlBit); }
  bool has_delete_horizon() const { return Has(kDeleteHorizonBit); }

  int64_t base_timestamp() const { return header().base_timestamp; }
  int64_t max_timestamp() const { return header().max_timestamp; }

  bool has_producer_id() const { return producer_id() > kNoProducerId; }
  int64_t producer_id() const { return header().producer_id; }
  int16_t producer_epoch() const { return header().producer_epoch; }
  int32_t base_sequence() const { return header().base_sequence; }
  // -1 without sequences; wraps from 2147483647 to 0.
  int32_t last_sequence() const;

  int32_t record_count() const { return header().record_count; }
  // Still compressed, if a codec is set.
  Bytes records() const { return bytes_.subspan(kHeaderBytes); }
  Bytes bytes() const { return bytes_; }

  // What `crc` has to be.
  uint32_t ComputeCrc() const;

 private:
  const BatchHeader& header() const { return *reinterpret_cast<const BatchHeader*>(bytes_.data()); }
  bool Has(int16_t bit) const { return (attributes() & bit) != 0; }

  Bytes bytes_;
};

// What stands at the front of a stream of batches: a log file, or the records of a fetch answer.
struct Peek {
  enum class Kind {
    kBatch,     // a whole batch of version 2: size_bytes of it
    kCutShort,  // the stream ends inside it. How a log ends after a crash, and a fetch at its limit
    kBroken,    // no batch starts here: its length or version cannot be
    kOldMagic,  // a message set of version 0 or 1, whole: size_bytes of it
  };
  Kind kind;
  size_t size_bytes = 0;  // of the whole batch; 0 if that cannot be told
};

// Judges by the first 17 bytes and by how much there is; reads neither records nor checksum.
// `available` says how long the stream is from here, of which `front` is the beginning: the first
// 61 bytes of each batch are enough to walk a file. An empty stream is cut short.
// Requires: front holds min(available, 17) bytes or more.
Peek PeekBatch(Bytes front, uint64_t available);
inline Peek PeekBatch(Bytes stream) { return PeekBatch(stream, stream.size()); }

}  // namespace varve::record
