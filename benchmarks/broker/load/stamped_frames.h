#pragma once

#include <vector>

#include "benchmarks/broker/frames/stamp.h"
#include "benchmarks/broker/load/frame_source.h"

namespace varve::bench {

// The same requests in turn, each with the time in it that it was meant for.
//
// Lifetime  The frames, whose batches were made with the stamp, outlive it.
class StampedFrames : public FrameSource {
 public:
  StampedFrames(const std::vector<Frame>& frames, size_t first, size_t stamp_at, size_t slots)
      : in_turn_(frames, first), stamp_at_(stamp_at), slots_(slots) {}

  const Frame& Next(size_t slot, io::MonoTime intended) override {
    Slot& own = slots_[slot];
    own.frame = in_turn_.Next(slot, intended);
    const Bytes batch = own.frame.rest[1];
    own.batch.assign(batch.begin(), batch.end());
    Stamp(own.batch, stamp_at_, intended);
    own.frame.rest[1] = own.batch;
    return own.frame;
  }

 private:
  struct Slot {
    Frame frame;
    Buffer batch;
  };

  FramesInTurn in_turn_;
  const size_t stamp_at_;
  std::vector<Slot> slots_;
};

}  // namespace varve::bench
