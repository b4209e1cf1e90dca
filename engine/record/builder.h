#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "engine/record/batch.h"
#include "engine/record/record.h"

namespace varve::record {

// One record to be encoded. Absent key or value: null.
struct RecordFields {
  int64_t timestamp = kNoTimestamp;
  MaybeBytes key = std::nullopt;
  MaybeBytes value = std::nullopt;
  std::span<const HeaderView> headers = {};
};

struct BatchOptions {
  int64_t base_offset = 0;
  int32_t leader_epoch = kNoLeaderEpoch;
  Codec codec = Codec::kNone;
  std::optional<int> level = std::nullopt;  // of the codec; its own default if absent
  bool transactional = false;
  bool control = false;
  int64_t producer_id = kNoProducerId;
  int16_t producer_epoch = kNoProducerEpoch;
  int32_t base_sequence = kNoSequence;
  // The batch says that all its records were appended at this time.
  std::optional<int64_t> log_append_time = std::nullopt;
  // Stands in base_timestamp, which otherwise is the first record's, or the one below.
  std::optional<int64_t> delete_horizon = std::nullopt;
  std::optional<int64_t> base_timestamp = std::nullopt;
  // For a batch that lost its last records; otherwise that of the last record.
  std::optional<int32_t> last_offset_delta = std::nullopt;
};

// Encodes records into one batch.
//   BatchBuilder builder({.codec = Codec::kZstd});
//   builder.Append({.timestamp = now, .key = AsBytes("k"), .value = AsBytes("v")});
//   Buffer batch = builder.Build();
//
// Requires  All records of one batch stay below 2 GiB: callers bound batches far below that.
class BatchBuilder {
 public:
  explicit BatchBuilder(const BatchOptions& options = {});

  // Copies the record, at the offset after the last one.
  void Append(const RecordFields& record) { AppendAt(static_cast<int32_t>(next_delta_), record); }
  // Likewise, at base_offset + offset_delta. Requires: deltas rise.
  void AppendAt(int32_t offset_delta, const RecordFields& record);

  // Neighbours of another batch, as they are encoded there.
  struct Encoded {
    Bytes bytes;
    int32_t count = 0;
    int32_t last_delta = 0;
    int64_t max_timestamp = kNoTimestamp;
  };
  // Copies them. Requires: the base offset is that batch's, and so is the time that stands in
  // base_timestamp, which the options name. Deltas rise.
  void AppendEncoded(const Encoded& records);

  int32_t record_count() const { return count_; }
  // Of the batch if it were built now, before compression.
  size_t size_bytes() const { return bytes_.size(); }

  // The finished batch; the builder is empty afterwards, with the same options.
  Buffer Build();

 private:
  int16_t Attributes() const;
  BatchHeader Header() const;
  Buffer CompressedBatch();
  void Reset();

  BatchOptions options_;
  Buffer bytes_;  // room for the header, then the records
  int32_t count_ = 0;
  int64_t next_delta_ = 0;
  int64_t base_timestamp_;
  int64_t max_timestamp_;
};

// What compaction leaves of a batch without records for its producer's sake: the header alone,
// with the same offsets, producer, type and maximum of timestamps, and no codec.
Buffer BuildEmptyCopy(BatchView batch);

}  // namespace varve::record
