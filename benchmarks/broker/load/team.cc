#include "benchmarks/broker/load/team.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "engine/base/status.h"
#include "tools/text/amount.h"
#include "tools/text/interrupt.h"
#include "tools/text/progress.h"

namespace varve::bench {
namespace {

constexpr size_t kScratchBytes = 256 << 10;
constexpr io::Duration kLook = std::chrono::milliseconds(10);
constexpr int kLooksPerLine = 20;  // of progress

// What both processes have used at one moment.
struct Sample {
  io::MonoTime at;
  Usage own;
  std::optional<Usage> broker;
};

Sample TakeSample(const io::Clock& clock, const Watch& watch) {
  Sample sample;
  sample.own = OwnUsage();
  if (watch.broker) {
    const absl::StatusOr<Usage> broker = watch.broker();
    if (broker.ok()) sample.broker = *broker;
  }
  sample.at = clock.Now();
  return sample;
}

Used Between(const Usage& first, const Usage& second) {
  Used used{second.cpu_seconds - first.cpu_seconds, second.resident_bytes_peak};
  if (first.disk_bytes_read && second.disk_bytes_read) {
    used.disk_bytes_read = *second.disk_bytes_read - *first.disk_bytes_read;
  }
  return used;
}

}  // namespace

Worker::Worker(Team& team, io::Loop& loop, int index)
    : team_(team),
      loop_(loop),
      index_(index),
      meter_(team.window_),
      scratch_(kScratchBytes),
      go_(loop),
      stop_(loop) {}

const Window& Worker::window() const { return team_.window_; }

io::Task<> Worker::Begin() {
  {
    const std::lock_guard lock(team_.mutex_);
    ++team_.ready_;
    team_.changed_.notify_all();
  }
  co_await go_.Wait();
}

void Worker::Fail(absl::Status status) {
  const std::lock_guard lock(team_.mutex_);
  if (team_.failure_.ok()) team_.failure_ = std::move(status);
  team_.changed_.notify_all();
}

absl::Status Team::MakeWorkers() {
  for (int i = 0; i < threads_; ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<io::Loop> loop, backend_.NewLoop());
    loops_.push_back(std::move(loop));
    workers_.push_back(std::make_unique<Worker>(*this, *loops_.back(), i));
  }
  return absl::OkStatus();
}

io::Task<> Team::Drive(Worker& worker, const Body& body) {
  absl::Status status = co_await body(worker);
  if (!status.ok()) worker.Fail(std::move(status));
  {
    const std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
  }
  worker.loop().Stop();
}

absl::StatusOr<Figures> Team::Run(const Body& body, const Limits& limits, const Watch& watch) {
  RETURN_IF_ERROR(MakeWorkers());
  std::vector<std::thread> running;
  running.reserve(workers_.size());
  for (const auto& worker : workers_) {
    running.emplace_back([this, &worker, &body] {
      io::StartDetached(Drive(*worker, body));
      worker->loop().Run();
    });
  }
  absl::StatusOr<Figures> figures = Measure(limits, watch);
  for (std::thread& thread : running) thread.join();
  if (!failure_.ok()) return failure_;
  Sum(*figures);
  return figures;
}

void Team::SignalAll(Worker::Signal Worker::* signal) {
  for (const auto& worker : workers_) worker->loop().Post((*worker).*signal);
}

absl::StatusOr<Figures> Team::Measure(const Limits& limits, const Watch& watch) {
  const io::Clock& clock = loops_.front()->clock();
  WaitUntil(io::kNever, [this] { return ready_ + ended_ == threads_; }, watch);
  const io::MonoTime begin = clock.Now() + limits.warm_up;
  window_.Begin(begin);
  SignalAll(&Worker::signal_go_);
  const auto never = [] { return false; };
  const auto enough = [&] { return HasReached(limits); };
  WaitUntil(begin, never, {});
  const Sample first = TakeSample(clock, watch);
  WaitUntil(begin + limits.duration, enough, watch);
  const Sample last = TakeSample(clock, watch);
  window_.End(last.at);
  SignalAll(&Worker::signal_stop_);
  Figures figures;
  figures.seconds = std::chrono::duration<double>(last.at - begin).count();
  figures.own = Between(first.own, last.own);
  if (first.broker && last.broker) figures.broker = Between(*first.broker, *last.broker);
  return figures;
}

bool Team::WaitUntil(io::MonoTime time, const std::function<bool()>& enough, const Watch& watch) {
  const io::Clock& clock = loops_.front()->clock();
  const io::MonoTime begun = clock.Now();
  std::unique_lock lock(mutex_);
  for (int looks = 1; ended_ < threads_ && failure_.ok() && !text::Interrupt::asked() && !enough();
       ++looks) {
    const io::MonoTime now = clock.Now();
    if (now >= time) return true;
    if (watch.progress && looks % kLooksPerLine == 0) {
      ShowProgress(watch, std::chrono::duration<double>(now - begun).count());
    }
    changed_.wait_for(lock, std::min(kLook, time - now));
  }
  return ended_ < threads_ && failure_.ok();
}

void Team::ShowProgress(const Watch& watch, double seconds) const {
  text::Advance advance;
  advance.seconds = seconds;
  for (const auto& worker : workers_) {
    advance.done_bytes += worker->meter().bytes();
    advance.records += worker->meter().records();
  }
  if (watch.progress && advance.done_bytes > 0) {
    fmt::print(stderr, "\r{:.0f} s: {}\033[K", seconds, text::ProgressLine(advance));
    std::fflush(stderr);
  }
}

bool Team::HasReached(const Limits& limits) const {
  uint64_t bytes = 0;
  uint64_t requests = 0;
  for (const auto& worker : workers_) {
    bytes += worker->meter().bytes();
    requests += worker->meter().requests();
  }
  return limits.Reached(bytes, requests);
}

void Team::Sum(Figures& figures) const {
  for (const auto& worker : workers_) worker->meter().AddTo(figures);
}

}  // namespace varve::bench
