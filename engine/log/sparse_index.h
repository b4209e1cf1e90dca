#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/io/task.h"
#include "engine/log/file_cache.h"
#include "engine/log/txn_index.h"

namespace varve::log {

// One entry of Kafka's .index: the batch that starts at `position` ends with this offset.
struct OffsetIndexEntry {
  be_int32 relative_offset;  // last offset of the batch minus the segment's base offset
  be_int32 position;         // where that batch starts in the .log file

  int64_t key() const { return relative_offset; }
  friend bool operator==(const OffsetIndexEntry&, const OffsetIndexEntry&) = default;
};
static_assert(sizeof(OffsetIndexEntry) == 8 && alignof(OffsetIndexEntry) == 1);

// One entry of Kafka's .timeindex: no batch before the one that ends with this offset has a
// larger timestamp.
struct TimeIndexEntry {
  be_int64 timestamp_ms;
  be_int32 relative_offset;  // last offset of the batch that holds the timestamp, minus the base

  int64_t key() const { return timestamp_ms; }
  friend bool operator==(const TimeIndexEntry&, const TimeIndexEntry&) = default;
};
static_assert(sizeof(TimeIndexEntry) == 12 && alignof(TimeIndexEntry) == 1);

// A file of entries whose keys rise strictly, without head or checksum: .index, .timeindex and
// .txnindex. The newest entries wait in
// memory and go to the file in groups; what a crash takes of them, recovery makes again from the
// log. Lookups read the file a block at a time; the last block stays while the file is open, since
// who reads a log from front to back looks there again.
//
// Threads   One loop. One task adds and writes; lookups may run beside it.
template <typename Entry>
class SparseIndex {
 public:
  SparseIndex(FileCache& cache, std::string path) : file_(cache, std::move(path)) {}

  // Takes over an existing file. NotFound: there is none. DataLoss: its size is no whole number of
  // entries.
  io::Task<absl::Status> Load();
  // Takes over a file that is known to be there and to hold so many entries, without a look at it.
  // `last` is the last of them, unless there is none.
  void Restore(uint64_t entries, const Entry& last);
  // Begins anew without a file: what was there is removed.
  io::Task<absl::Status> Reset();
  // Likewise, but leaves the file alone, for Store or Reset to deal with.
  void Forget();
  // Puts what waits in place as the whole file, durably and at once. Only after Reset or Forget.
  io::Task<absl::Status> Store();

  // Requires: a key above the last one's.
  void Add(const Entry& entry);

  // Puts waiting entries into the file, and makes the file if it is not there.
  io::Task<absl::Status> WritePending();
  bool should_write() const { return pending_.size() >= kPendingMax; }
  io::Task<absl::Status> Sync();

  struct Around {
    std::optional<Entry> floor;  // the last entry whose key is <= the one looked for
    std::optional<Entry> above;  // the next one; perhaps not known though there is one
  };
  io::Task<absl::StatusOr<Around>> Find(int64_t key);
  // How many entries have a key <= `key`; and some of those from number `index` on, at least one
  // if there is one.
  io::Task<absl::StatusOr<uint64_t>> CountUpTo(int64_t key);
  io::Task<absl::StatusOr<std::vector<Entry>>> EntriesFrom(uint64_t index);

  // Renames the file, if there is one.
  io::Task<absl::Status> Move(std::string to);

  uint64_t entries() const { return stored_ + pending_.size(); }
  const std::optional<Entry>& last() const { return last_; }
  const std::string& path() const { return file_.path(); }
  void Close() { file_.Drop(); }

 private:
  static constexpr size_t kPendingMax = 512;
  static constexpr size_t kBlockEntries = 512;

  io::Task<absl::Status> ReadEntries(uint64_t index, std::vector<Entry>& into);
  // Keeps entries from number `index` on. Requires: the file that they are of is open.
  void Keep(uint64_t index, std::span<const Entry> entries);
  // What was kept, if the file is still open.
  std::span<const Entry> Kept();

  CachedFile file_;
  uint64_t kept_at_ = 0;  // the number of the first entry that is kept
  bool exists_ = false;
  uint64_t stored_ = 0;  // entries in the file
  std::vector<Entry> pending_;
  std::optional<Entry> last_;
};

extern template class SparseIndex<OffsetIndexEntry>;
extern template class SparseIndex<TimeIndexEntry>;
extern template class SparseIndex<TxnIndexEntry>;
using OffsetIndex = SparseIndex<OffsetIndexEntry>;
using TimeIndex = SparseIndex<TimeIndexEntry>;
using TxnIndex = SparseIndex<TxnIndexEntry>;

}  // namespace varve::log
