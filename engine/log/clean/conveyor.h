#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/io/lane.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/clean/chunk_reader.h"
#include "engine/log/clean/steps.h"

namespace varve::log {

// Brings the chunks of a segment to where they are worked on, one after the other on the pool, and
// back: while one is worked on the next are read, and what came of those before can be written.
//
//   Conveyor conveyor(loop, reader, [&](Conveyor::Item& item) { ... });   // on the pool
//   CO_ASSIGN_OR_RETURN(auto item, co_await conveyor.Next());   // until it is null
//   co_await conveyor.Close();
//
// Lifetime  Close comes before the destructor, whatever happened.
// Threads   The loop's, but for `work`.
// Bound     ChunkReader::kBuffers chunks, and what comes of them.
class Conveyor {
 public:
  struct Item {
    explicit Item(io::Loop& loop) : under_way(loop) {}

    Bytes chunk;
    absl::Status status;  // of the work
    Output made;
    bool is_last = false;  // set by the work: what follows is not needed
    io::Gate under_way;
  };
  using Work = std::function<void(Item&)>;
  using ItemRef = std::unique_ptr<Item>;

  Conveyor(io::Loop& loop, ChunkReader& reader, Work work)
      : loop_(loop), reader_(reader), work_(std::move(work)), lane_(loop) {}

  // The next chunk, once it has been worked on; null behind the last one. It stays in place until
  // the call after this one.
  // Errors    The work's, and ChunkReader's once all that was read before it has been returned.
  io::Task<absl::StatusOr<ItemRef>> Next();
  // Waits for what is under way.
  io::Task<void> Close();

 private:
  io::Task<void> ReadAhead();
  io::Task<void> WorkOn(Item& item);

  io::Loop& loop_;
  ChunkReader& reader_;
  const Work work_;
  io::Lane lane_;
  std::deque<ItemRef> items_;  // worked on, or about to be
  bool all_read_ = false;
  absl::Status read_;
};

}  // namespace varve::log
