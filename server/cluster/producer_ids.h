#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/cluster/controller.h"

namespace varve::cluster {

// Gives out producer ids, each of them once in the life of the cluster. Takes them from the
// controller in blocks: one id in a thousand waits for the disk. What is left of a block when the
// process ends is never used.
//
// Lifetime  The controller outlives it, and its tasks have ended before its destructor.
// Threads   The controller's loop.
class ProducerIds {
 public:
  ProducerIds(io::Loop& loop, Controller& controller) : controller_(controller), taking_(loop, 1) {}

  // Errors are Controller::TakeProducerIds'; the next call tries again.
  io::Task<absl::StatusOr<int64_t>> Next();

 private:
  Controller& controller_;
  ProducerIdBlock left_;
  io::Semaphore taking_;  // of one: those who find the block used up share the next one
};

}  // namespace varve::cluster
