#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/log/config.h"
#include "engine/record/batch.h"
#include "engine/record/record.h"

// varve for programs that embed it: durable logs in a directory, with plain blocking calls.
//
//   auto store = varve::Store::Open("data");
//   auto log = (*store)->OpenLog("events");
//   auto offset = (*log)->Append({.timestamp = now_ms, .value = varve::AsBytes("hello")});
//   auto reader = (*log)->ReadFrom(0);
//   for (varve::StoredRecord record; *reader->Next(record);) Use(record);
//
// A log is a partition as Apache Kafka and varved keep it: the directory of log "events" is
// "events-0", its files are byte-compatible with Kafka's, and varve-dump and kafka-dump-log read
// them. A store runs one thread of its own, on which all its logs live; calls hand their work to
// it and wait. A program that has an event loop can use log::Log on it instead, without threads.
//
// Errors  absl::Status, in every call:
//   InvalidArgument     the caller's: a bad name, a bad batch
//   NotFound            no such log
//   OutOfRange          an offset outside of what the log holds; a batch beyond the segment's size
//   ResourceExhausted   the disk is full: nothing was written, may be tried again later
//   DataLoss            the device failed, or what is stored is damaged there
//   Unavailable         another process has the directory
//   Cancelled           the store or the log was closed
namespace varve {

// The same names, units and defaults as Kafka's topic properties.
using LogConfig = log::Config;
using Codec = record::Codec;

struct NewRecord {
  int64_t timestamp = record::kNoTimestamp;  // ms since 1970; -1: the time of the append
  record::MaybeBytes key = std::nullopt;
  record::MaybeBytes value = std::nullopt;
  std::span<const record::HeaderView> headers = {};
};

// One record of a log. Valid until its reader moves on.
using StoredRecord = record::RecordView;

struct LogOffsets {
  int64_t start = 0;    // the first that can be read
  int64_t end = 0;      // the next one to be written
  int64_t durable = 0;  // below it a power loss takes nothing
};

namespace embed {
class Host;
class Hosted;
}  // namespace embed

// Walks the records of a log in order, across segments. At the end it may be asked again later.
//
// Lifetime  The log must not be closed while it is used.
// Threads   One at a time; decompression runs on the caller's.
class Reader {
 public:
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  // False: there is no further record now. OutOfRange: the log starts beyond this offset by now,
  // or ends before it. DataLoss: a damaged stretch; SeekTo an offset behind it to go on.
  absl::StatusOr<bool> Next(StoredRecord& record);
  // Where Next will look.
  int64_t offset() const;
  void SeekTo(int64_t offset);

 private:
  friend class Log;
  struct State;
  explicit Reader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// One log of a store.
//
// Lifetime  Ends with its store: after Store::Close, or when the log was deleted, every call says
//           Cancelled.
// Threads   Any, also at the same time. Appends of one thread are in its order.
class Log {
 public:
  explicit Log(std::shared_ptr<embed::Hosted> hosted);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // Appends one record, or several as one batch, all or none of them; returns the first offset.
  // In the page cache when done: it survives the death of the process. Durable when done if the
  // log's flush_messages is 1, else after Flush.
  absl::StatusOr<int64_t> Append(const NewRecord& record, Codec codec = Codec::kNone);
  absl::StatusOr<int64_t> Append(std::span<const NewRecord> records, Codec codec = Codec::kNone);
  // Appends a batch that was made elsewhere (record::BatchBuilder). It is checked, and stamped in
  // place.
  absl::StatusOr<int64_t> AppendBatch(MutableBytes batch);

  // Done when everything appended before this call is durable. Calls that overlap share a sync.
  absl::Status Flush();

  // From `offset` on, which is checked when it is read. Reads ahead about `buffer_bytes`.
  Reader ReadFrom(int64_t offset, size_t buffer_bytes = size_t{1} << 20) const;
  // Offset of the first record that is as late as `timestamp_ms`; nothing if none is.
  absl::StatusOr<std::optional<int64_t>> FindTimestamp(int64_t timestamp_ms) const;

  absl::StatusOr<LogOffsets> Offsets() const;
  const std::string& name() const;

 private:
  std::shared_ptr<embed::Hosted> hosted_;
};

// How far Store::Open has come.
struct OpenProgress {
  size_t logs_ready = 0;
  size_t logs = 0;
  uint64_t bytes_read = 0;  // of logs that no clean stop vouches for
};

struct StoreOptions {
  size_t open_files_max = 1000;  // about how many descriptors stay open
  bool force_epoll = false;      // do not use io_uring even where it works
  LogConfig log_defaults = {};   // of logs that are found in the directory

  // What the store does on its own; see Maintain.
  std::chrono::milliseconds upkeep_interval = std::chrono::minutes(5);
  std::chrono::milliseconds undurable_max = std::chrono::minutes(1);
  // How much the page cache may hold of what was appended before the device is told to write it.
  // Unless it is said: a 64th of the memory.
  std::optional<uint64_t> unwritten_bytes_max = std::nullopt;
  // The most memory that one compaction uses for its map of keys: 24 bytes a key.
  uint64_t dedupe_buffer_bytes = uint64_t{128} << 20;
  // Told, on the store's thread, after each log that Open has made ready. Must not call the store.
  std::function<void(const OpenProgress&)> open_progress = nullptr;
  // Told, on the store's thread, what an operator should read, such as a compaction that failed.
  // Must not call the store.
  std::function<void(const std::string&)> report = nullptr;
};

// A directory of logs. Only one process has it open at a time. On its own it makes what was
// appended durable within undurable_max or the log's flush_ms, deletes what the log's retention
// gives up, and compacts the logs that say so.
//
// Lifetime  The destructor closes it.
// Threads   Any, also at the same time.
class Store {
 public:
  // Makes the directory if it is absent, and recovers every log in it, several at once: after a
  // crash the segments are read that hold something that was not yet synced.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory,
                                                     const StoreOptions& options = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Opens a log, making it if it is absent. From now on `config` applies to it. Names are those of
  // Kafka topics: 1 to 249 of a-z A-Z 0-9 . _ -
  absl::StatusOr<std::shared_ptr<Log>> OpenLog(const std::string& name,
                                               const LogConfig& config = {});
  // Sorted by name.
  absl::StatusOr<std::vector<std::string>> ListLogs() const;
  // Takes the log away with everything in it.
  absl::Status DeleteLog(const std::string& name);

  // Retention and compaction now rather than at their next turn. The first error; what failed is
  // tried again.
  absl::Status Maintain();

  // What recovery found that somebody should know, a line a finding.
  const std::vector<std::string>& notes() const;

  // Makes everything durable and marks the directory as cleanly closed, so that the next Open
  // reads nothing. The first error, if any; the store is closed all the same.
  absl::Status Close();

 private:
  explicit Store(std::unique_ptr<embed::Host> host);

  std::unique_ptr<embed::Host> host_;
};

}  // namespace varve
