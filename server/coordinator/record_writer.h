#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/log.h"
#include "engine/record/batch.h"
#include "server/wire/error.h"

namespace varve::coordinator {

struct LogRecord {
  Buffer key{};
  std::optional<Buffer> value{};  // none: what the key is about is no more
};

// Some records that are written together or not at all, and what follows from it.
struct Change {
  std::vector<LogRecord> records{};
  // For what depends on all changes before it: called when they are done, it says which records
  // are to be written beside those above.
  std::function<std::vector<LogRecord>()> late{};
  // If it cannot be written anyway. It waits for its turn like any other.
  wire::ErrorCode refused = wire::ErrorCode::kNone;
  // Called once: the records are in the log, as safe as acks=all makes them, or why they are not.
  std::function<void(wire::ErrorCode)> done{};
};

// Writes changes to the log of one partition, in the order in which they were added. What comes
// while a write is under way goes together into the next batch.
//
// Lifetime  Loop and log outlive it. Close has ended before its destructor.
// Threads   One loop.
// Errors    To each change; never as a Status. A change that failed keeps no other from its turn.
class RecordWriter {
 public:
  // What clients of a coordinator are told of an append that failed.
  using ErrorOf = wire::ErrorCode (*)(const absl::Status&);
  // A batch is not begun to be filled beyond this: one change may be larger.
  static constexpr size_t kBatchBytesMax = 256 << 10;

  RecordWriter(io::Loop& loop, log::Log& log, record::Codec codec, ErrorOf error_of)
      : loop_(loop), log_(log), codec_(codec), error_of_(error_of), gate_(loop) {}

  void Add(Change change);
  // Writes what was added. After it nothing may be added.
  io::Task<void> Close() { return gate_.Close(); }

 private:
  io::Task<void> Run();
  std::vector<Change> TakeSome();
  io::Task<wire::ErrorCode> Write(const std::vector<Change>& changes);

  io::Loop& loop_;
  log::Log& log_;
  const record::Codec codec_;
  const ErrorOf error_of_;
  std::deque<Change> queue_;
  bool running_ = false;
  io::Gate gate_;
};

}  // namespace varve::coordinator
