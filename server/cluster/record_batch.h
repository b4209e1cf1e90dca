#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "server/wire/metadata_log.h"

namespace varve::cluster {

// Values of records for the metadata log, in the order in which they will stand there.
class RecordBatch {
 public:
  // Kafka reads no larger batches from a metadata log. A little less: the header.
  static constexpr size_t kBytesMax = (size_t{8} << 20) - 1024;

  // Requires: 0 <= version <= Record::kMax.
  template <typename Record>
  void Add(const Record& record, int version = Record::kMax) {
    Buffer value;
    const absl::Status encoded = wire::EncodeMetadataRecord(record, version, value);
    if (!encoded.ok()) error_ = encoded;
    AddValue(std::move(value));
  }
  // A value that was encoded elsewhere.
  void AddValue(Buffer value) {
    bytes_ += value.size() + kRecordOverhead;
    values_.push_back(std::move(value));
  }
  void AddAll(RecordBatch more) {
    for (Buffer& value : more.values_) AddValue(std::move(value));
    if (!more.error_.ok()) error_ = more.error_;
  }

  const std::vector<Buffer>& values() const { return values_; }
  bool empty() const { return values_.empty(); }
  size_t bytes() const { return bytes_; }  // at most, in a batch
  // InvalidArgument: a record that could not be encoded was added.
  const absl::Status& status() const { return error_; }

  // The batch as KRaft writes it: no codec, no producer, all records of one time.
  // Requires: not empty, bytes() <= kBytesMax.
  Buffer Encode(int64_t now_ms, int32_t leader_epoch) const;

 private:
  static constexpr size_t kRecordOverhead = 32;

  std::vector<Buffer> values_;
  size_t bytes_ = 0;
  absl::Status error_;
};

}  // namespace varve::cluster
