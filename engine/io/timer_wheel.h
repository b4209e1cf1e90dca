#pragma once

#include <array>
#include <cstdint>

#include "engine/io/clock.h"

namespace varve::io {

// One deadline. Lives in whatever waits for it; removed by its destructor.
class Timer {
 public:
  explicit Timer(void (*fire)(Timer&)) : fire_(fire) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { Cancel(); }

  bool pending() const { return next_ != nullptr; }
  void Cancel();

 private:
  friend class TimerWheel;

  void (*fire_)(Timer&);
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  class TimerWheel* wheel_ = nullptr;
  uint64_t tick_ = 0;
  uint8_t level_ = 0;
  uint8_t slot_ = 0;
};

// The deadlines of one loop: a hierarchical wheel of kLevels x 64 slots, one tick a millisecond.
// Adding, removing and firing cost the same however many timers there are. A timer fires at its
// tick or up to one tick later, never before. Timers of one tick fire in the order they came.
//
// Threads   One loop.
class TimerWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(1);
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr int kLevels = 7;  // 64^7 ticks: 139 years; anything later waits there

  explicit TimerWheel(MonoTime start);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires once when `deadline` has passed. Moves a timer that is already pending. kNever: not at
  // all.
  void Add(Timer& timer, MonoTime deadline);

  // Fires what is due. A timer's function may add and cancel timers, itself too.
  void Advance(MonoTime now);

  // When Advance must next be called; kNever if nothing is pending. Never later than the first
  // deadline's tick; may be earlier, when a slot of a higher level has to be spread out.
  MonoTime NextWake() const;

  size_t size() const { return size_; }

 private:
  friend class Timer;
  struct Slot {
    Timer head{nullptr};  // of a circular list, in the order of arrival
    Slot();
  };
  struct Level {
    uint64_t occupied = 0;  // a bit a slot
    std::array<Slot, kSlots> slots;
  };
  struct Next {
    int level;  // -1: nothing is pending
    uint64_t tick;
  };

  static void Link(Timer& head, Timer& timer);
  static void MoveAll(Timer& from, Timer& to);
  void Place(Timer& timer);
  void Unlink(Timer& timer);
  void SpreadOut(int level);
  void FireDue();
  Next FindNext() const;
  uint64_t TickOf(MonoTime time) const;

  MonoTime start_;
  uint64_t now_tick_ = 0;  // all ticks up to and including this one have been fired
  size_t size_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace varve::io
