#include "engine/log/cleaning_slot.h"

namespace varve::log {

bool CleaningSlot::Enter() {
  if (inside_ || pauses_ > 0) return false;
  inside_ = true;
  left_.Reset();
  return true;
}

void CleaningSlot::Leave() {
  inside_ = false;
  left_.Set();
}

io::Task<void> CleaningSlot::Pause() {
  ++pauses_;
  stop_.Set();
  if (inside_) co_await left_.Wait();
}

void CleaningSlot::Resume() {
  if (--pauses_ == 0) stop_.Reset();
}

}  // namespace varve::log
