#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"
#include "engine/record/batch.h"
#include "engine/record/record.h"
#include "server/wire/metadata_log.h"

namespace varve::cluster {

// Takes what a metadata log holds, in order.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // `record` views bytes that are gone after the call. An error ends the reading.
  virtual absl::Status OnRecord(const wire::MetadataRecord& record) = 0;
};

// What the control records say about the quorum that wrote the log.
struct QuorumFacts {
  int32_t last_epoch = 0;            // of the last batch
  int16_t kraft_version = 0;         // from 1 on, voters are named with their directories
  std::map<int32_t, Uuid> voters{};  // and their directories, from kraft version 1 on
};

// Reads batches of a metadata log or of a snapshot of one: checks them, takes control records for
// itself, and hands on the others. Records of a transaction are handed on when it ends, and
// dropped if it is aborted or never ends.
class MetadataReader {
 public:
  // Of one batch, and of the records of a transaction that are held back: claims that a log makes.
  static constexpr size_t kBatchBytesMax = size_t{64} << 20;
  static constexpr size_t kTransactionBytesMax = size_t{256} << 20;

  explicit MetadataReader(RecordSink& sink) : sink_(sink) {}

  // What is read next are batches of `path`; records before `first_offset` are passed over.
  void BeginFile(std::string path, int64_t first_offset);

  // Reads the whole batches at the front of `bytes`; returns how many bytes those were.
  // DataLoss: damaged. FailedPrecondition: it cannot be honoured. And the sink's errors.
  absl::StatusOr<size_t> Read(Bytes bytes);

  int64_t next_offset() const { return next_offset_; }  // after the last batch
  const QuorumFacts& quorum() const { return quorum_; }
  bool in_transaction() const { return in_transaction_; }
  bool footer_seen() const { return footer_seen_; }  // a snapshot's last record
  // One note for each kind of record that changes nothing here.
  std::vector<std::string> Notes() const;

 private:
  absl::Status ReadBatch(record::BatchView batch);
  absl::Status OnRecord(record::BatchView batch, const record::RecordView& record);
  absl::Status OnControl(const record::RecordView& record);
  absl::Status OnVoters(Bytes value);
  absl::Status OnValue(Bytes value);
  absl::Status OnUnknown(const wire::MetadataRecord& record, Bytes value);
  absl::Status Hold(Bytes value);
  absl::Status Begin();
  absl::Status End(bool keep);

  RecordSink& sink_;
  std::string path_;
  int64_t first_offset_ = 0;
  int64_t next_offset_ = 0;
  QuorumFacts quorum_;
  bool in_transaction_ = false;
  bool footer_seen_ = false;
  std::vector<Buffer> held_;
  size_t held_bytes_ = 0;
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> unknown_;  // by type and version: how many
};

}  // namespace varve::cluster
