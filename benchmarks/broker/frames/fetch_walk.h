#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "benchmarks/broker/frames/answers.h"
#include "engine/base/bytes.h"
#include "engine/record/batch.h"

namespace varve::bench {

// Walks answers to Fetch requests as their bytes arrive, from batch header to batch header:
// records are neither kept nor looked at, however large an answer is.
//
// Errors    DataLoss: what came is no answer, or where a batch should begin is none; the
//           connection is good for nothing more.
// Lifetime  What is fed, and shown, is good during that call only.
class FetchWalk {
 public:
  struct Answer {
    FetchHead head;
    int64_t next_offset = -1;  // behind the last whole batch; -1 without one
    uint64_t records = 0;
    uint64_t batches = 0;
    uint64_t batch_bytes = 0;  // of whole batches
  };
  using OnAnswer = std::function<absl::Status(const Answer&)>;
  // The beginning of a whole batch, front_bytes of it or all.
  using OnBatch = std::function<void(Bytes front)>;

  FetchWalk(int version, OnAnswer on_answer)
      : version_(version), on_answer_(std::move(on_answer)) {}

  // Has each batch shown, before the answer that it is in.
  void ShowBatches(size_t front_bytes, OnBatch on_batch);

  absl::Status Feed(Bytes input);

 private:
  enum class At { kSize, kHead, kRecords, kTail };

  absl::Status Step(Bytes& input);
  absl::Status ReadSize(Bytes& input);
  absl::Status ReadHead(Bytes& input);
  absl::Status TakeHead(const FetchHead& head, Bytes& input);
  absl::Status ReadRecords(Bytes& input);
  absl::Status ReadBatch(Bytes& input);
  void Use(size_t bytes);  // of the records
  absl::Status Count(Bytes front, size_t size_bytes);
  absl::Status ReadTail(Bytes& input);

  // The next `wanted` bytes in one piece; nothing if they are not there yet.
  std::optional<Bytes> Front(Bytes& input, size_t wanted);
  void DropFront(Bytes& input, size_t bytes);

  const int version_;
  const OnAnswer on_answer_;
  OnBatch on_batch_;
  size_t front_bytes_ = record::kHeaderBytes;

  At at_ = At::kSize;
  Buffer carry_;             // of what is cut in two
  size_t frame_left_ = 0;    // bytes of this frame that were not yet used
  size_t records_left_ = 0;  // likewise, of its records
  size_t skip_ = 0;          // of records_left_: not to be looked at
  size_t head_wanted_ = 0;
  Answer answer_;
};

}  // namespace varve::bench
