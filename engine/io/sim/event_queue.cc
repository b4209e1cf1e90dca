#include "engine/io/sim/event_queue.h"

namespace varve::io {

void SimEvent::Cancel() {
  if (!pending()) return;
  queue_->events_.erase(key_);
  queue_ = nullptr;
}

SimEventQueue::~SimEventQueue() {
  for (auto& [key, event] : events_) event->queue_ = nullptr;
}

void SimEventQueue::Add(SimEvent& event, MonoTime when) {
  event.Cancel();
  event.key_ = {when, added_++};
  event.queue_ = this;
  events_.emplace(event.key_, &event);
}

MonoTime SimEventQueue::NextTime() const {
  return events_.empty() ? kNever : events_.begin()->first.first;
}

void SimEventQueue::FireNext() {
  SimEvent& event = *events_.begin()->second;
  event.Cancel();
  event.fire_(event);
}

}  // namespace varve::io
