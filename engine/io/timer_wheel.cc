#include "engine/io/timer_wheel.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace varve::io {

// A timer lies on the level of the highest six-bit group in which its tick differs from the
// wheel's, in the slot that this group names. So all of a level's timers come after the wheel's
// own slot there, and the lowest occupied level holds the next one.

void Timer::Cancel() {
  if (pending()) wheel_->Unlink(*this);
}

TimerWheel::Slot::Slot() {
  head.next_ = &head;
  head.previous_ = &head;
}

TimerWheel::TimerWheel(MonoTime start) : start_(start) {}

TimerWheel::~TimerWheel() {
  VARVE_CHECK(size_ == 0, "{} timers are pending at the end of their loop", size_);
  for (Level& level : levels_) {
    for (Slot& slot : level.slots) slot.head.next_ = nullptr;
  }
}

void TimerWheel::Link(Timer& head, Timer& timer) {
  timer.next_ = &head;
  timer.previous_ = head.previous_;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
}

void TimerWheel::MoveAll(Timer& from, Timer& to) {
  to.next_ = &to;
  to.previous_ = &to;
  if (from.next_ == &from) return;
  to.next_ = from.next_;
  to.previous_ = from.previous_;
  to.next_->previous_ = &to;
  to.previous_->next_ = &to;
  from.next_ = &from;
  from.previous_ = &from;
}

uint64_t TimerWheel::TickOf(MonoTime time) const {
  return time <= start_ ? 0 : static_cast<uint64_t>((time - start_) / kTick);
}

void TimerWheel::Place(Timer& timer) {
  const uint64_t differing = timer.tick_ ^ now_tick_;
  const int level = differing == 0 ? 0 : (63 - std::countl_zero(differing)) / kSlotBits;
  timer.level_ = static_cast<uint8_t>(std::min(level, kLevels - 1));
  timer.slot_ = timer.tick_ >> (kSlotBits * timer.level_) & (kSlots - 1);
  Level& at = levels_[timer.level_];
  Link(at.slots[timer.slot_].head, timer);
  at.occupied |= uint64_t{1} << timer.slot_;
}

void TimerWheel::Add(Timer& timer, MonoTime deadline) {
  timer.Cancel();
  if (deadline == kNever) return;
  constexpr uint64_t kTickMax = (uint64_t{1} << (kSlotBits * kLevels)) - 1;
  timer.wheel_ = this;
  timer.tick_ = std::clamp(TickOf(deadline) + 1, now_tick_ + 1, kTickMax);
  Place(timer);
  ++size_;
}

void TimerWheel::Unlink(Timer& timer) {
  timer.previous_->next_ = timer.next_;
  timer.next_->previous_ = timer.previous_;
  timer.next_ = nullptr;
  timer.previous_ = nullptr;
  --size_;
  Level& level = levels_[timer.level_];
  const Timer& head = level.slots[timer.slot_].head;
  if (head.next_ == &head) level.occupied &= ~(uint64_t{1} << timer.slot_);
}

TimerWheel::Next TimerWheel::FindNext() const {
  for (int level = 0; level < kLevels; ++level) {
    if (levels_[level].occupied == 0) continue;
    const auto slot = static_cast<uint64_t>(std::countr_zero(levels_[level].occupied));
    const int above = kSlotBits * (level + 1);
    return {level, (now_tick_ >> above << above) | slot << (kSlotBits * level)};
  }
  return {-1, 0};
}

void TimerWheel::SpreadOut(int level) {
  const uint64_t slot = now_tick_ >> (kSlotBits * level) & (kSlots - 1);
  Timer moved(nullptr);
  MoveAll(levels_[level].slots[slot].head, moved);
  levels_[level].occupied &= ~(uint64_t{1} << slot);
  while (moved.next_ != &moved) {
    Timer& timer = *moved.next_;
    moved.next_ = timer.next_;
    timer.next_->previous_ = &moved;
    Place(timer);
  }
  moved.next_ = nullptr;
}

void TimerWheel::FireDue() {
  const uint64_t slot = now_tick_ & (kSlots - 1);
  Timer due(nullptr);
  MoveAll(levels_[0].slots[slot].head, due);
  levels_[0].occupied &= ~(uint64_t{1} << slot);
  while (due.next_ != &due) {
    Timer& timer = *due.next_;
    Unlink(timer);
    timer.fire_(timer);
  }
  due.next_ = nullptr;
}

void TimerWheel::Advance(MonoTime now) {
  const uint64_t target = TickOf(now);
  while (now_tick_ < target) {
    const Next next = FindNext();
    if (next.level < 0 || next.tick > target) break;
    now_tick_ = next.tick;
    for (int level = next.level; level > 0; --level) SpreadOut(level);
    FireDue();
  }
  now_tick_ = std::max(now_tick_, target);
}

MonoTime TimerWheel::NextWake() const {
  const Next next = FindNext();
  return next.level < 0 ? kNever : start_ + kTick * static_cast<int64_t>(next.tick);
}

}  // namespace varve::io
