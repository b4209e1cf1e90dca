#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/task.h"
#include "engine/log/config.h"
#include "engine/log/file_cache.h"
#include "engine/log/file_names.h"
#include "engine/log/scanner.h"
#include "engine/log/sparse_index.h"

namespace varve::log {

// What the log must know of a batch that it appends.
struct BatchFacts {
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int64_t max_timestamp = record::kNoTimestamp;
  uint64_t size = 0;
};

// The largest timestamp of a batch's records. Of a batch that compaction emptied, which keeps the
// number in its header, none: a lookup by time must not find it.
inline int64_t TimeOf(record::BatchView batch) {
  return batch.record_count() == 0 ? record::kNoTimestamp : batch.max_timestamp();
}

// What there is to know of a batch as it lies in a file. Requires: a whole one.
inline BatchFacts StoredFacts(record::BatchView batch) {
  return {batch.base_offset(), batch.last_offset(), TimeOf(batch), batch.size_bytes()};
}

// A damaged stretch of a segment: nothing in it is served, moved or thrown away.
struct Fence {
  uint64_t position = 0;
  uint64_t end_position = 0;
  int64_t start_offset = 0;  // first offset that is not known to be sound
  int64_t end_offset = 0;    // first offset that is sound again
};

// Offsets from `start` on and below `limit`.
struct OffsetSpan {
  int64_t start = 0;
  int64_t limit = 0;
};

// Where a batch lies.
struct Located {
  uint64_t position = 0;
  uint64_t size = 0;
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int64_t max_timestamp = record::kNoTimestamp;
};

struct TimestampOffset {
  int64_t timestamp = record::kNoTimestamp;
  int64_t offset = -1;

  friend bool operator==(const TimestampOffset&, const TimestampOffset&) = default;
};

// One segment of a log: a .log file of batches back to back, its two sparse indexes, and the index
// of aborted transactions. Formats and rules for entries are Kafka's; entries are made batch by
// batch.
//
// Threads   One loop. One task appends; lookups may run beside it.
// Errors    Those of io::File.
class Segment {
 public:
  // Its files carry the suffix of `state` in their names.
  Segment(FileCache& files, const std::string& directory, int64_t base_offset,
          FileState state = FileState::kPlain);

  // Makes the .log file, which must not exist. The index files follow when they are needed.
  io::Task<absl::Status> Create(int64_t now_ms);

  // Writes `pieces`, whose batches `facts` describe in order, at the end, in one gathered write.
  io::Task<absl::Status> Append(std::span<const Bytes> pieces, std::span<const BatchFacts> facts,
                                const Config& config);

  // Notes a batch that lies at the end: what Append does after writing and recovery after reading.
  void NoteBatch(const BatchFacts& batch, const Config& config);

  // Nothing more will be appended: final time entry, indexes written, set-aside space given back.
  io::Task<absl::Status> Finish();
  // Whether the logs of the shard leave too much unwritten, and this one a piece worth a call.
  bool wants_writeback() const {
    return unwritten_.excess() > 0 && unwritten_.bytes() >= kWritebackBytes;
  }
  // Has the kernel begin to write the oldest part of it.
  io::Task<absl::Status> StartWriteback();
  // Notes a transaction whose marker aborted it, and was appended here last.
  void NoteAborted(const TxnIndexEntry& aborted);
  io::Task<absl::Status> SyncLog();
  io::Task<absl::Status> SyncIndexes();

  // The first batch whose last offset is at least `offset`; nothing if all end before it.
  // DataLoss: it lies in a damaged stretch.
  io::Task<absl::StatusOr<std::optional<Located>>> Locate(int64_t offset);
  // The first batch whose largest timestamp is at least `timestamp`, of those that end at or
  // after `offset_min`.
  io::Task<absl::StatusOr<std::optional<Located>>> LocateTime(int64_t timestamp,
                                                              int64_t offset_min);

  // An offset above all batches that begin at or after offset `from` and before `end_position`:
  // the nearest that the index knows, at most the segment's next offset.
  io::Task<absl::StatusOr<int64_t>> UpperOffset(int64_t from, uint64_t end_position);

  // The offset behind the last batch before `position`, where one ends; base_offset without any.
  // Reads headers from the start of the segment.
  io::Task<absl::StatusOr<int64_t>> EndBefore(uint64_t position);

  // The largest timestamp of the batches that lie wholly in `span`; -1 without any. Reads headers
  // from the start of the segment.
  io::Task<absl::StatusOr<int64_t>> MaxTimestampIn(OffsetSpan span);

  // first_timestamp, read from the file if it is not known yet.
  io::Task<absl::StatusOr<int64_t>> FirstTimestamp();

  int64_t base_offset() const { return base_offset_; }
  uint64_t size() const { return size_; }
  // Of the .log file's last batch, plus one; base_offset when empty. Only the active segment and
  // freshly scanned ones know it.
  int64_t next_offset() const { return next_offset_; }
  // Largest timestamp with the last offset of the batch that holds it; {-1, ..} without any.
  const TimestampOffset& max_timestamp() const { return max_timestamp_; }
  // Largest timestamp of the first batch; -1 while there is none.
  int64_t first_timestamp() const { return first_timestamp_; }
  int64_t created_ms() const { return created_ms_; }
  // When the last batch came, by the wall clock.
  int64_t modified_ms() const { return modified_ms_; }
  void set_modified_ms(int64_t now_ms) { modified_ms_ = now_ms; }
  const OffsetIndex& offset_index() const { return offset_index_; }
  const TimeIndex& time_index() const { return time_index_; }
  const TxnIndex& txn_index() const { return txn_index_; }
  TxnIndex& txn_index() { return txn_index_; }
  const std::vector<Fence>& fences() const { return fences_; }
  // The stretch that `position` lies in; null without one.
  const Fence* FenceAt(uint64_t position) const;
  CachedFile& log_file() { return log_; }
  bool indexes_synced() const { return indexes_synced_; }
  // No longer part of its log: its files may be gone, or another segment's. What was found in it
  // says nothing any more.
  bool removed() const { return removed_; }
  void set_removed() { removed_ = true; }

  // For recovery, which reads the files and tells the segment what it found.
  struct Loaded {
    uint64_t size = 0;
    int64_t next_offset = 0;
    int64_t first_timestamp = record::kNoTimestamp;
    int64_t created_ms = 0;  // as far as files tell: when it was last written to
  };
  // They must be there, whole and durable. Only a segment with aborted transactions has a
  // .txnindex.
  io::Task<absl::Status> LoadIndexes(bool has_txn_index);
  // Removes them, and forgets everything that is known of batches.
  io::Task<absl::Status> ResetIndexes();
  // Finish for a segment whose indexes were reset: puts each in place whole and durable, so that
  // an index file that is there is never half of one.
  io::Task<absl::Status> StoreIndexes();
  io::Task<absl::Status> TruncateLog(uint64_t size);
  void SetLoaded(const Loaded& loaded);
  // What a clean stop left of a segment whose files are whole: see manifest.h.
  struct AsLeft {
    int64_t base_offset = 0;
    uint64_t size = 0;
    int64_t next_offset = 0;
    TimestampOffset max_timestamp{};
    int64_t first_timestamp = record::kNoTimestamp;
    int64_t created_ms = 0;
    int64_t modified_ms = 0;
    uint64_t offset_entries = 0;
    OffsetIndexEntry last_offset_entry{};  // zeros if there is none
    uint64_t time_entries = 0;
    TimeIndexEntry last_time_entry{};  // likewise

    friend bool operator==(const AsLeft&, const AsLeft&) = default;
  };
  // Requires: finished and synced.
  AsLeft ToAsLeft() const;
  // Takes the files over as they were left, without a look at them.
  void Restore(const AsLeft& left);
  void SkipFence(const Fence& fence);  // while noting batches: the stretch counts as written
  // Give its files the names of another state. Meanwhile it can be read.
  io::Task<absl::Status> MoveLog(FileState state);
  io::Task<absl::Status> MoveIndexes(FileState state);
  // The name that one of its files has in a state.
  std::string PathOf(FileKind kind, FileState state) const;
  // All files of this segment that may exist, for its removal; the .log first.
  std::vector<std::string> Paths() const;

 private:
  static constexpr uint64_t kWritebackBytes = 4 << 20;

  // Where a walk begins, and what an index promised: the batch there ends at or before `ends_by`.
  struct Start {
    uint64_t position = 0;
    int64_t ends_by = std::numeric_limits<int64_t>::max();
  };
  Start StartAt(const OffsetIndexEntry& entry) const;
  io::Task<absl::StatusOr<std::optional<Located>>> Walk(Start start, int64_t offset,
                                                        int64_t timestamp);
  io::Task<std::optional<uint64_t>> TimeHint(int64_t timestamp, int64_t offset_min);
  io::Task<void> AllocateAhead(io::File& file, uint64_t bytes, const Config& config);
  void CheckRoom(const BatchFacts& last, uint64_t bytes) const;
  void AddTimeEntry();
  void NoteUnwrittenFrom(uint64_t position);

  const std::string directory_;
  const int64_t base_offset_;
  CachedFile log_;
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  TxnIndex txn_index_;

  uint64_t size_ = 0;
  uint64_t allocated_ = 0;
  uint64_t written_back_ = 0;  // what lies before it is on its way to the device, or there
  UnwrittenBytes::Share unwritten_;
  int64_t next_offset_;
  uint64_t bytes_since_index_entry_ = 0;
  TimestampOffset max_timestamp_;
  int64_t first_timestamp_ = record::kNoTimestamp;
  int64_t created_ms_ = 0;
  int64_t modified_ms_ = 0;
  bool indexes_synced_ = false;
  bool removed_ = false;
  std::vector<Fence> fences_;
};

}  // namespace varve::log
