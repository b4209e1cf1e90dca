#pragma once

#include <cstddef>
#include <vector>

#include "benchmarks/broker/frames/produce_frames.h"
#include "engine/io/clock.h"

namespace varve::bench {

// Where a connection takes its next request from.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // The request for this slot of those in flight, meant for that time. Good until the slot's next
  // one is asked for.
  virtual const Frame& Next(size_t slot, io::MonoTime intended) = 0;
};

// The same requests in turn.
//
// Lifetime  The frames outlive it.
class FramesInTurn : public FrameSource {
 public:
  FramesInTurn(const std::vector<Frame>& frames, size_t first)
      : frames_(frames), next_(first % frames.size()) {}

  const Frame& Next(size_t /*slot*/, io::MonoTime /*intended*/) override {
    const Frame& frame = frames_[next_];
    next_ = next_ + 1 == frames_.size() ? 0 : next_ + 1;
    return frame;
  }

 private:
  const std::vector<Frame>& frames_;
  size_t next_;
};

}  // namespace varve::bench
