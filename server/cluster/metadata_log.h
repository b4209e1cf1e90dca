#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "engine/log/log.h"
#include "server/cluster/metadata_reader.h"
#include "server/cluster/quorum_state.h"
#include "server/cluster/record_batch.h"

namespace varve::cluster {

// The log of the cluster's state, `__cluster_metadata-0`, in the form in which a Kafka cluster
// with one controller leaves it: taken over from Kafka, and handed back.
//
//   <log directory>/__cluster_metadata-0/
//     00000000000000000000.log, ...    segments, as of any partition
//     leader-epoch-checkpoint, partition.metadata
//     quorum-state                     who leads in which epoch (quorum_state.h)
//     <offset>-<epoch>.checkpoint      a snapshot, if Kafka has made one: read at the start, and
//                                      never made here
//
// Each start begins an epoch: first in quorum-state, then in leader-epoch-checkpoint, then by a
// control record at the front of the epoch's batches. No checkpoint of the log directory names
// this log, so all of it is read and checked at each start.
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

  // Opens the log, or makes it, and tells `sink` all that it holds. Errors are those of
  // log::Log::Open and of the sink, and
  //   DataLoss            a damaged batch, snapshot or quorum-state, or a part that is missing
  //   FailedPrecondition  a record about topics that is newer than this program
  static io::Task<absl::StatusOr<std::unique_ptr<MetadataLog>>> Open(Arguments arguments,
                                                                     RecordSink& sink);

  // Becomes the leader of a new epoch. Before the first Append.
  io::Task<absl::Status> BeginEpoch();

  // Appends all of it as one batch, and waits until it is durable; returns the offset behind it.
  // A batch is in the log after a crash entirely or not at all.
  //   InvalidArgument    empty, or larger than RecordBatch::kBytesMax: nothing was written
  //   ResourceExhausted  no space: nothing was written
  //   others             nobody knows: open the log anew
  io::Task<absl::StatusOr<int64_t>> Append(const RecordBatch& records);

  int64_t end() const { return log_->offsets().end; }
  int32_t epoch() const { return epoch_; }
  // Kafka left a transaction open, whose records were not told: abort it with the first Append.
  bool in_transaction() const { return in_transaction_; }
  // What an operator should know about the log as it was found.
  const std::vector<std::string>& notes() const { return notes_; }

  io::Task<absl::Status> Close();

 private:
  explicit MetadataLog(const Arguments& arguments);

  io::Task<absl::Status> ReadQuorumState();
  io::Task<absl::Status> OpenLog();
  io::Task<absl::Status> Replay(RecordSink& sink);
  io::Task<absl::StatusOr<int64_t>> ReplaySnapshot(MetadataReader& reader);
  io::Task<absl::Status> ReplayRange(const log::ReadRange& range, MetadataReader& reader);
  io::Task<absl::StatusOr<int64_t>> AppendBatch(Buffer batch);
  Buffer LeaderChangeBatch() const;
  std::string PathOf(std::string_view name) const;

  Arguments arguments_;
  const std::string path_;
  std::unique_ptr<log::Log> log_;
  std::optional<QuorumState> quorum_state_;  // as found
  QuorumFacts quorum_;                       // as the log tells
  int32_t epoch_ = 0;
  bool in_transaction_ = false;
  std::vector<std::string> notes_;
};

}  // namespace varve::cluster
