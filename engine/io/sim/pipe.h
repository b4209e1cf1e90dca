#pragma once

#include <cstdint>
#include <deque>

#include "engine/base/bytes.h"
#include "engine/io/random.h"
#include "engine/io/sim/event_queue.h"
#include "engine/io/sync.h"

namespace varve::io {

class SimNet;

// One direction of a simulated connection: a bounded queue of bytes that arrive later than they
// were sent, in order, in pieces that the seed chooses.
class SimPipe {
 public:
  // `port` is the listener's: what a partition names.
  SimPipe(SimNet& net, uint16_t port);

  // The writer's side.
  size_t Room() const;     // bytes that may be sent now
  void Send(Bytes bytes);  // at most Room()
  void End();              // the reader finds the end after what was sent
  bool ended() const { return ended_; }

  // The reader's side.
  size_t Receive(MutableBytes into);  // what has arrived and fits
  bool HasArrived() const { return !arrived_.empty(); }
  bool AtEnd() const { return end_arrived_ && arrived_.empty(); }
  void CloseReader();  // drops what comes; the writer learns of it
  bool reader_gone() const { return reader_gone_; }

  // Both.
  void Break();  // whatever is under way is lost
  bool broken() const { return broken_; }
  void Resume();  // after a partition
  void set_capacity(uint64_t bytes) { capacity_ = bytes > 0 ? bytes : 1; }

  // Set at every change, for whoever waits on that side; may be null.
  Event* reader_event = nullptr;
  Event* writer_event = nullptr;

 private:
  struct Segment {
    MonoTime arrival;
    Buffer bytes;
    bool is_end = false;
  };
  struct Arrival : SimEvent {
    explicit Arrival(SimPipe& to) : SimEvent(&Happen), pipe(to) {}
    static void Happen(SimEvent& event) { static_cast<Arrival&>(event).pipe.Arrive(); }
    SimPipe& pipe;
  };

  void Push(Segment segment);
  void Arrive();
  void Discard();
  static void Tell(Event* event) {
    if (event != nullptr) event->Set();
  }

  SimNet& net_;
  uint16_t port_;
  uint64_t capacity_;
  std::deque<Segment> under_way_;
  std::deque<std::byte> arrived_;
  uint64_t bytes_under_way_ = 0;
  MonoTime last_arrival_{};
  Arrival arrival_;
  bool ended_ = false;
  bool end_arrived_ = false;
  bool reader_gone_ = false;
  bool broken_ = false;
};

}  // namespace varve::io
