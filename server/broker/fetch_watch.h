#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/work.h"

namespace varve::broker {

// The interest of one parked fetch in the partitions of one shard: goes off once, when enough
// bytes have become readable there since it was set up.
//
// Lifetime  The fetch's task, on its own loop, makes it and outlives it; the shard adds it to
//           partitions and removes it again, both in calls that the fetch awaits.
// Threads   OnGrowth and Fire: the shard's loop. The event: the fetch's.
class FetchWatch : private io::Work {
 public:
  // `woken` is set on `home`, its loop, when the watch goes off.
  FetchWatch(io::Loop& home, io::Loop& shard, io::Event& woken, uint64_t bytes_wanted)
      : Work(&FetchWatch::SetEvent),
        home_(home),
        shard_(shard),
        woken_(woken),
        bytes_wanted_(std::max<uint64_t>(bytes_wanted, 1)) {}

  void OnGrowth(uint64_t bytes) {
    grown_bytes_ += bytes;
    if (grown_bytes_ >= bytes_wanted_) Fire();
  }

  void Fire() {
    if (fired_) return;
    fired_ = true;
    if (&home_ == &shard_) {
      woken_.Set();
    } else {
      home_.Post(*this);
    }
  }

 private:
  static void SetEvent(io::Work& work) { static_cast<FetchWatch&>(work).woken_.Set(); }

  io::Loop& home_;
  io::Loop& shard_;
  io::Event& woken_;
  const uint64_t bytes_wanted_;
  uint64_t grown_bytes_ = 0;
  bool fired_ = false;
};

}  // namespace varve::broker
