#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "benchmarks/broker/frames/batches.h"
#include "engine/base/bytes.h"
#include "engine/base/uuid.h"

namespace varve::bench {

// Every request begins with its size, what it asks for, and its correlation id: all that differs
// from one sending to the next.
inline constexpr size_t kFrameHeadBytes = 12;
inline constexpr size_t kCorrelationAt = 8;
using FrameHead = std::array<std::byte, kFrameHeadBytes>;

// A request, ready to be sent any number of times: the head, which the sender copies to put a
// correlation id in, and what follows it.
struct Frame {
  FrameHead head{};
  std::array<Bytes, 3> rest{};
  uint32_t records = 0;
  uint64_t batch_bytes = 0;  // of all its batches

  size_t size_bytes() const {
    return head.size() + rest[0].size() + rest[1].size() + rest[2].size();
  }
};

// What all requests of a run have in common.
struct ProduceTarget {
  std::string topic;
  Uuid topic_id;
  int version = 0;   // of the requests
  int16_t acks = 1;  // -1: all
  int32_t timeout_ms = 30'000;
};

// Produce requests, encoded before they are needed.
//
// Lifetime  Frames are views of the set that made them.
// Threads   Any, once it is made: nobody changes it.
class ProduceFrames {
 public:
  // One batch to each of `partitions`, a request each; the batch's bytes are there only once.
  static absl::StatusOr<ProduceFrames> SameBatch(const ProduceTarget& target,
                                                 const std::vector<int32_t>& partitions,
                                                 Buffer batch);

  // Records with keys: each request has a batch for each of `partitions`, which one broker leads,
  // that a key falls on. `partition_count` are those of the topic.
  static absl::StatusOr<ProduceFrames> Keyed(const ProduceTarget& target,
                                             const std::vector<int32_t>& partitions,
                                             int32_t partition_count, const BatchShape& shape,
                                             int64_t now_ms, io::Random& random);

  ProduceFrames(const ProduceFrames&) = delete;  // frames are views of their own set
  ProduceFrames& operator=(const ProduceFrames&) = delete;
  ProduceFrames(ProduceFrames&&) noexcept = default;
  ProduceFrames& operator=(ProduceFrames&&) noexcept = default;

  const std::vector<Frame>& frames() const { return frames_; }

 private:
  ProduceFrames() = default;
  const Buffer& Keep(Buffer bytes) { return kept_.emplace_back(std::move(bytes)); }

  std::deque<Buffer> kept_;  // what frames are views of
  std::vector<Frame> frames_;
};

// The head of an encoded request.
FrameHead HeadOf(Bytes frame);

}  // namespace varve::bench
