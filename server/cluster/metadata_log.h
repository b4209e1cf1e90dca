#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "engine/log/log.h"
#include "server/cluster/metadata_reader.h"
#include "server/wire/metadata_log.h"

namespace varve::cluster {

// Values of records for the metadata log, in the order in which they will stand there.
class RecordBatch {
 public:
  // Requires: the record's strings fit their type's limits, as what was read or checked does.
  template <typename Record>
  void Add(const Record& record, int version = Record::kMax) {
    Buffer& value = values_.emplace_back();
    const absl::Status encoded = wire::EncodeMetadataRecord(record, version, value);
    if (!encoded.ok()) error_ = encoded;
    bytes_ += value.size();
  }
  // A value that was encoded elsewhere.
  void AddValue(Buffer value) {
    bytes_ += value.size();
    values_.push_back(std::move(value));
  }

  const std::vector<Buffer>& values() const { return values_; }
  bool empty() const { return values_.empty(); }
  size_t bytes() const { return bytes_; }
  const absl::Status& status() const { return error_; }  // the last Add that failed

 private:
  std::vector<Buffer> values_;
  size_t bytes_ = 0;
  absl::Status error_;
};

// The log of the cluster's state, `__cluster_metadata-0`, in the form in which a Kafka cluster
// with one controller leaves it: taken over from Kafka, and handed back.
//
//   <directory>/__cluster_metadata-0/
//     00000000000000000000.log, ...    segments, as of any partition
//     leader-epoch-checkpoint, partition.metadata
//     quorum-state                     who leads in which epoch (quorum_state.h)
//     <offset>-<epoch>.checkpoint      a snapshot, if Kafka has made one: read at the start, and
//                                      never made here
//
// Each start begins an epoch: first in quorum-state, then in leader-epoch-checkpoint, then by a
// control record at the front of the epoch's batches. It is not in any checkpoint of the log
// directory, so it is read and checked from its beginning at each start.
//
// Lifetime  Loop, file cache and directory outlive it. Close() has ended before its destructor.
// Threads   One loop. One Append at a time.
class MetadataLog {
 public:
  struct Arguments {
    io::Loop& loop;
    log::FileCache& files;
    log::LogDirectory& directory;
    int32_t node_id;
  };
  // Kafka's limit for one batch.
  static constexpr size_t kBatchBytesMax = 8 << 20;

  // Opens the log, or makes it, and tells `sink` all that it holds. Errors are those of
  // log::Log::Open and of the sink, and
  //   DataLoss            a damaged batch, snapshot or quorum-state
  //   FailedPrecondition  a record of the cluster's topics that is newer than this program
  static io::Task<absl::StatusOr<std::unique_ptr<MetadataLog>>> Open(Arguments arguments,
                                                                     RecordSink& sink);

  // Becomes the leader of a new epoch. Before the first Append.
  io::Task<absl::Status> BeginEpoch();

  // Appends all of it as one batch, and waits until it is durable; returns the offset behind it.
  // A batch is in the log after a crash entirely or not at all.
  //   InvalidArgument    empty, or larger than kBatchBytesMax: nothing was written
  //   ResourceExhausted  no space: nothing was written
  //   others             nobody knows: open the log anew
  io::Task<absl::StatusOr<int64_t>> Append(const RecordBatch& records);

  int64_t end() const { return log_->offsets().end; }
  int32_t epoch() const { return epoch_; }
  // What an operator should know about the log as it was found.
  const std::vector<std::string>& notes() const { return notes_; }

  io::Task<absl::Status> Close();

 private:
  explicit MetadataLog(Arguments arguments);

  io::Task<absl::Status> OpenLog();
  io::Task<absl::Status> ReadQuorumState();
  io::Task<absl::Status> WriteQuorumState();
  io::Task<absl::Status> Replay(RecordSink& sink);
  io::Task<absl::StatusOr<int64_t>> AppendBatch(Buffer batch);
  Buffer LeaderChangeBatch() const;

  Arguments arguments_;
  std::string path_;
  std::unique_ptr<log::Log> log_;
  int32_t epoch_ = 0;
  QuorumFacts quorum_;  // as the log tells
  bool open_transaction_ = false;
  std::vector<std::string> notes_;
};

}  // namespace varve::cluster
