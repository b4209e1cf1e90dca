#include "engine/log/flusher.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/log.h"

namespace varve::log {
namespace {

io::Duration DelayOf(const Config& config, io::Duration patience) {
  const int64_t patience_ms = std::chrono::floor<std::chrono::milliseconds>(patience).count();
  return std::chrono::milliseconds(std::min(config.flush_ms, patience_ms));
}

}  // namespace

Flusher::Flusher(io::Loop& loop, io::Duration patience)
    : loop_(loop), patience_(patience), changed_(loop), slots_(loop, kAtOnceMax), gate_(loop) {}

void Flusher::Add(Log& log, Place& place) {
  if (place) return;
  place = waiting_.emplace(loop_.Now() + DelayOf(log.config(), patience_), &log);
  if (*place == waiting_.begin()) changed_.Set();
  if (std::exchange(running_, true)) return;
  // May have ended already when Spawn returns.
  if (!gate_.Spawn(Run())) running_ = false;
}

void Flusher::Remove(Place& place) {
  if (!place) return;
  waiting_.erase(*std::exchange(place, std::nullopt));
  if (waiting_.empty()) changed_.Set();
}

io::Task<void> Flusher::Run() {
  while (!waiting_.empty()) {
    const auto [due, log] = *waiting_.begin();
    if (due > loop_.Now()) {
      changed_.Reset();
      static_cast<void>(co_await changed_.WaitUntil(due));
      continue;
    }
    co_await slots_.Take();  // the log may have gone, or have become durable, meanwhile
    if (!waiting_.empty() && waiting_.begin()->first <= loop_.Now()) {
      gate_.Spawn(FlushOne(*waiting_.begin()->second));
    } else {
      slots_.Give();
    }
  }
  running_ = false;
}

io::Task<void> Flusher::FlushOne(Log& log) {
  co_await log.FlushInBackground();
  slots_.Give();
}

io::Task<void> Flusher::Close() {
  VARVE_CHECK(waiting_.empty(), "{} logs are still open", waiting_.size());
  changed_.Set();
  co_await gate_.Close();
}

}  // namespace varve::log
