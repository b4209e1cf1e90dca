#include "benchmarks/broker/load/metronome.h"

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/sync.h"

namespace varve::bench {
namespace {

constexpr unsigned long kSlackNs = 1000;                           // of sleeping
constexpr io::Duration kSleepMax = std::chrono::milliseconds(20);  // until it looks whether to stop

void SleepFor(io::Duration duration) {
  const int64_t ns = std::max<int64_t>(duration.count(), 0);
  const timespec time{ns / 1'000'000'000, ns % 1'000'000'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

}  // namespace

Metronome::Metronome(io::Loop& loop, std::function<void()> on_tick)
    : loop_(loop), on_tick_(std::move(on_tick)) {}

Metronome::~Metronome() { VARVE_CHECK(!thread_.joinable(), "a metronome goes while it runs"); }

void Metronome::Tick::Run(io::Work& work) {
  Metronome& self = static_cast<Tick&>(work).metronome;
  self.posted_.store(false, std::memory_order_release);
  if (!self.stopped_.load(std::memory_order_relaxed)) self.on_tick_();
}

void Metronome::Start(io::MonoTime start, io::Duration period) {
  thread_ = std::thread([this, start, period] { Sleep(start, std::max(period, kPeriodMin)); });
}

void Metronome::Sleep(io::MonoTime start, io::Duration period) {
  ::prctl(PR_SET_TIMERSLACK, kSlackNs);
  io::MonoTime next = start;
  while (!stopped_.load(std::memory_order_relaxed)) {
    const io::MonoTime now = loop_.clock().Now();
    if (now < next) {
      SleepFor(std::min(next - now, kSleepMax));
      continue;
    }
    if (!posted_.exchange(true, std::memory_order_acq_rel)) loop_.Post(tick_);
    next += period * ((now - next) / period + 1);
  }
}

io::Task<> Metronome::Stop() {
  stopped_.store(true);
  if (thread_.joinable()) thread_.join();
  while (posted_.load(std::memory_order_acquire)) co_await io::Yield{loop_};
}

}  // namespace varve::bench
