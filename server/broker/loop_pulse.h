#pragma once

#include <cstdint>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"

namespace varve::broker {

// Whether loops still turn: each is sent a message and has to answer it in time. No more than one
// message waits for a loop.
//
// Lifetime  Close has ended before its destructor: it waits for every answer.
// Threads   `home`.
class LoopPulse {
 public:
  LoopPulse(io::Loop& home, std::vector<io::Loop*> loops)
      : home_(home), beats_(loops.size()), loops_(std::move(loops)), changed_(home), gate_(home) {}

  // The indexes of loops that have not answered within `patience`.
  io::Task<std::vector<size_t>> Silent(io::Duration patience);
  io::Task<void> Close() { return gate_.Close(); }

 private:
  struct Beat {
    uint64_t asked = 0;
    uint64_t answered = 0;
  };

  io::Task<void> Ask(size_t index);
  std::vector<size_t> Behind(const std::vector<uint64_t>& wanted) const;

  io::Loop& home_;
  std::vector<Beat> beats_;
  const std::vector<io::Loop*> loops_;
  io::Event changed_;
  io::Gate gate_;
};

}  // namespace varve::broker
