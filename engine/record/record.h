#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>

#include "engine/record/batch.h"

namespace varve::record {

// Bytes that may be absent, which is not the same as empty.
using MaybeBytes = std::optional<Bytes>;

struct HeaderView {
  Bytes key;
  MaybeBytes value = std::nullopt;
};

// The headers of one record, where they lie.
//   for (HeaderView header; headers.Next(header);) ...
class HeaderIterator {
 public:
  HeaderIterator() = default;
  HeaderIterator(int32_t count, Bytes raw) : left_(count), rest_(raw) {}

  // False at the end; there are no errors, since RecordIterator has been over these bytes.
  bool Next(HeaderView& header);
  int32_t left() const { return left_; }

 private:
  int32_t left_ = 0;
  Bytes rest_;
};

struct RecordView {
  int64_t offset = 0;
  int32_t offset_delta = 0;
  int64_t timestamp = kNoTimestamp;
  MaybeBytes key = std::nullopt;
  MaybeBytes value = std::nullopt;
  int32_t header_count = 0;
  Bytes raw_headers;  // header_count of them, well formed
  Bytes raw;          // the whole record as it is encoded, its length in front

  HeaderIterator headers() const { return {header_count, raw_headers}; }
};

// Walks the records of a batch in order. Every length is checked against the bytes that are there.
//   RecordIterator records(batch, plain.bytes());
//   for (RecordView record; records.Next(record);) ...
//   RETURN_IF_ERROR(records.status());
//
// Lifetime  The bytes of batch and records outlive the iterator and the views that it fills.
// Errors    DataLoss: record `index()` is cut short, or lies about a length; or bytes follow the
//           last one. All records before it were good.
class RecordIterator {
 public:
  // `records` are not compressed: see PlainRecords.
  RecordIterator(BatchView batch, Bytes records);

  // False at the end and at an error: status() tells them apart.
  bool Next(RecordView& record);
  const absl::Status& status() const { return status_; }
  // How many records Next has delivered; at an error, the number of the bad one.
  int32_t index() const { return index_; }

 private:
  bool Fail(const char* what);
  bool Finish();

  int64_t base_offset_;
  int64_t base_timestamp_;
  std::optional<int64_t> append_time_ = std::nullopt;  // stands for the time of every record
  int32_t count_;
  int32_t index_ = 0;
  Bytes rest_;
  absl::Status status_;
};

// The records of a batch without compression: the batch's own bytes, or a decompressed copy.
//
// Lifetime  The batch's bytes outlive it. Moving it keeps bytes() valid.
class PlainRecords {
 public:
  // Errors    As Decompress: ResourceExhausted past bytes_max, DataLoss for what does not decode.
  static absl::StatusOr<PlainRecords> Open(BatchView batch, size_t bytes_max);

  PlainRecords(PlainRecords&&) = default;
  PlainRecords& operator=(PlainRecords&&) = default;

  Bytes bytes() const { return bytes_; }

 private:
  explicit PlainRecords(Bytes bytes) : bytes_(bytes) {}
  explicit PlainRecords(Buffer owned) : owned_(std::move(owned)), bytes_(owned_) {}

  Buffer owned_;
  Bytes bytes_;
};

}  // namespace varve::record
