#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"
#include "tools/dump/input_file.h"

namespace varve::dump {

// What a walk over a file of batches met next.
struct Step {
  enum class Kind {
    kBatch,
    kEnd,       // right behind the last batch
    kCutShort,  // the file ends inside a batch
    kZeros,     // nothing but zero bytes until the end: space set aside, never written
    kOldMagic,  // a message set of version 0 or 1
    kBroken,    // damage: no batch, until a sound one follows or to the end
  };
  Kind kind = Kind::kEnd;
  uint64_t position = 0;  // in the file, where it begins
  uint64_t size = 0;      // in the file
  bool crc_ok = false;    // of a batch
  uint32_t crc_found = 0;
  record::BatchHeader header{};

  record::BatchView view() const {
    return record::BatchView(Bytes(reinterpret_cast<const std::byte*>(&header), sizeof(header)));
  }
};

// Walks the batches of a log file or metadata snapshot from its begin to its end, and goes on
// behind damage. Reads ahead into one buffer of a fixed size; a batch is copied as a whole only if
// Whole asks for it.
//
//   BatchWalk walk(file);
//   ASSIGN_OR_RETURN(const Step step, walk.Next());
//
// Lifetime  The file outlives it.
// Errors    Those of reading. What the bytes say is a Step, never an error.
class BatchWalk {
 public:
  explicit BatchWalk(const InputFile& file);

  // kEnd, kCutShort and kZeros are the last.
  absl::StatusOr<Step> Next();

  // All bytes of the batch that Next has delivered last; good until the next call of anything.
  // ResourceExhausted: more than bytes_max.
  absl::StatusOr<Bytes> Whole(const Step& step, size_t bytes_max);

 private:
  absl::StatusOr<Bytes> Peek(uint64_t position, size_t bytes);
  absl::StatusOr<uint32_t> Crc(uint64_t from, uint64_t to);
  absl::StatusOr<bool> OnlyZeros(uint64_t from);
  absl::StatusOr<Step> ReadStep();
  absl::StatusOr<Step> NoBatch(Step step, record::Peek::Kind kind);
  absl::StatusOr<uint64_t> FindBatchAfter(uint64_t position);

  const InputFile& file_;
  uint64_t position_ = 0;
  int64_t next_offset_ = 0;  // behind the last sound batch
  Buffer buffer_;
  uint64_t buffer_start_ = 0;
  size_t buffered_ = 0;
  Buffer whole_;
};

}  // namespace varve::dump
