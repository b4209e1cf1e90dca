#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/log/segment.h"

namespace varve::log {

// Reads a closed segment as compaction does: from a batch to its end, in pieces of whole batches,
// without leaving in the page cache what was not there.
//
// Bounds    kBuffers of `chunk_bytes`, and while a batch is larger, of that batch.
// Errors    DataLoss: something else than whole batches of version 2 lies there. File::Read's.
class ChunkReader {
 public:
  static constexpr size_t kBuffers = 4;

  ChunkReader(std::shared_ptr<Segment> segment, size_t chunk_bytes)
      : segment_(std::move(segment)), chunk_bytes_(chunk_bytes) {}

  // Begins at the batch that holds `offset`, or the next one. Otherwise at the first.
  io::Task<absl::Status> SeekTo(int64_t offset);

  // The next whole batches, at least one; empty at the end. They stay in place until kBuffers calls
  // later: some pieces can be read while others are worked on.
  io::Task<absl::StatusOr<Bytes>> Next();

 private:
  io::Task<absl::StatusOr<Bytes>> ReadAhead(size_t bytes);

  std::shared_ptr<Segment> segment_;
  const size_t chunk_bytes_;
  uint64_t position_ = 0;
  std::array<Buffer, kBuffers> buffers_;
  size_t turn_ = 0;  // of the buffer that is read into
};

}  // namespace varve::log
