#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"
#include "engine/record/batch.h"

namespace varve::log {

// What a walk over a log file met next.
struct Scanned {
  enum class Kind {
    kBatch,     // a batch; if checksums are asked for, a sound one
    kEnd,       // the end, right behind the last batch
    kCutShort,  // the file ends inside a batch
    kZeros,     // nothing but zero bytes until the end: space that was never written
    kBadCrc,    // the length leads on, but the content is not what was written
    kBroken,    // what lies here is no batch
  };
  Kind kind = Kind::kEnd;
  uint64_t position = 0;       // in the file, where it begins
  uint64_t size = 0;           // of the batch (kBatch, kBadCrc)
  record::BatchHeader header;  // likewise

  record::BatchView view() const {
    return record::BatchView(Bytes(reinterpret_cast<const std::byte*>(&header), sizeof(header)));
  }
};

// Walks the batches of a log file from one position to another, header by header, reading ahead
// into one buffer.
//
// Errors    Those of File::Read. What the bytes say is a Scanned, never an error.
class BatchScanner {
 public:
  struct Options {
    bool check_crc = false;
    size_t buffer_bytes = 8 << 10;
    // Of a walk that is short: what is read of the first batch, and of those that come after large
    // ones. Small batches show that more is worth reading at once. 0: the buffer's size.
    size_t first_bytes = 0;
  };

  // Requires: a batch starts at `position`, or should; end <= the file's size.
  BatchScanner(io::FileRef file, uint64_t position, uint64_t end, Options options);

  // After anything but a batch or a bad checksum, only SkipTo may follow.
  io::Task<absl::StatusOr<Scanned>> Next();
  // The same without a task, for a batch that lies whole in the buffer; false: ask Next.
  bool TryNext(Scanned& scanned);

  void SkipTo(uint64_t position) { position_ = position; }
  // Where the next call will look.
  uint64_t position() const { return position_; }

 private:
  io::Task<absl::Status> Fill(uint64_t position, size_t bytes);
  size_t BytesToRead(uint64_t position) const;
  io::Task<absl::StatusOr<uint32_t>> Crc(uint64_t from, uint64_t to);
  io::Task<absl::StatusOr<bool>> OnlyZeros(uint64_t from);
  Bytes BufferedFrom(uint64_t position) const;

  io::FileRef file_;
  uint64_t position_;
  uint64_t end_;
  bool check_crc_;
  size_t buffer_bytes_;
  size_t first_bytes_;
  Buffer buffer_;
  uint64_t buffer_start_ = 0;
  size_t buffered_ = 0;
};

// Finds the next sound batch at or after `from` whose base offset is at least `offset_min`: where
// a walk goes on behind a damaged stretch. Its position, or `end` if there is none. Gives up, as
// if there were none, after trying `tries_max` places that merely look like a batch.
io::Task<absl::StatusOr<uint64_t>> FindNextBatch(io::FileRef file, uint64_t from, uint64_t end,
                                                 int64_t offset_min, int tries_max = 10000);

}  // namespace varve::log
