#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "engine/io/clock.h"

namespace varve::io {

class SimEventQueue;

// Something that will happen in a simulated world. Lives in whatever waits for it; its destructor
// takes it out of the queue, so what is gone is not woken.
class SimEvent {
 public:
  explicit SimEvent(void (*fire)(SimEvent&)) : fire_(fire) {}
  SimEvent(const SimEvent&) = delete;
  SimEvent& operator=(const SimEvent&) = delete;
  ~SimEvent() { Cancel(); }

  bool pending() const { return queue_ != nullptr; }
  void Cancel();

 private:
  friend class SimEventQueue;

  void (*fire_)(SimEvent&);
  SimEventQueue* queue_ = nullptr;
  std::pair<MonoTime, uint64_t> key_;
};

// What is going to happen, by time and then in the order of Add.
class SimEventQueue {
 public:
  ~SimEventQueue();

  void Add(SimEvent& event, MonoTime when);
  MonoTime NextTime() const;  // kNever if nothing is to come
  // Takes the first event out and lets it happen.
  void FireNext();

 private:
  friend class SimEvent;

  std::map<std::pair<MonoTime, uint64_t>, SimEvent*> events_;
  uint64_t added_ = 0;
};

}  // namespace varve::io
