#include "server/broker/loop_pulse.h"

#include "engine/io/call.h"

namespace varve::broker {
namespace {

io::Task<void> Nothing() { co_return; }

}  // namespace

io::Task<void> LoopPulse::Ask(size_t index) {
  auto nothing = [] { return Nothing(); };
  co_await io::CallOn(home_, *loops_[index], nothing);
  beats_[index].answered = beats_[index].asked;
  changed_.Set();
}

std::vector<size_t> LoopPulse::Behind(const std::vector<uint64_t>& wanted) const {
  std::vector<size_t> behind;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (beats_[i].answered < wanted[i]) behind.push_back(i);
  }
  return behind;
}

io::Task<std::vector<size_t>> LoopPulse::Silent(io::Duration patience) {
  const io::MonoTime deadline = home_.Now() + patience;
  std::vector<uint64_t> wanted;
  for (size_t i = 0; i < beats_.size(); ++i) {
    Beat& beat = beats_[i];
    if (beat.asked == beat.answered) {
      ++beat.asked;
      if (!gate_.Spawn(Ask(i))) beat.answered = beat.asked;
    }
    wanted.push_back(beat.asked);
  }
  std::vector<size_t> behind = Behind(wanted);
  while (!behind.empty()) {
    changed_.Reset();
    const bool in_time = co_await changed_.WaitUntil(deadline);
    behind = Behind(wanted);
    if (!in_time) break;
  }
  co_return behind;
}

}  // namespace varve::broker
