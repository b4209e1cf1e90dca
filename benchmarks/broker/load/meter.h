#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "benchmarks/broker/load/window.h"
#include "benchmarks/broker/stats/figures.h"

namespace varve::bench {

// Counts what one thread's requests came to, as far as it falls into the window.
//
// Threads   One counts; any may read the sums while it does. The rest is read when it has ended.
class Meter {
 public:
  explicit Meter(const Window& window) : window_(window) {}

  // A request that went well.
  void Done(io::MonoTime now, uint64_t records, uint64_t bytes) {
    if (!window_.Contains(now)) return;
    Increase(requests_, 1);
    Increase(records_, records);
    Increase(bytes_, bytes);
  }
  // How long something took that ends now.
  void Took(io::MonoTime since, io::MonoTime now, uint64_t times = 1) {
    if (!window_.Contains(now)) return;
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now - since).count();
    latency_.Add(micros > 0 ? static_cast<uint64_t>(micros) : 0, times);
  }
  // Counts at any time: what went wrong in the warm-up is no better.
  void Failed(std::string_view error) { ++errors_[std::string(error)]; }

  uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  uint64_t records() const { return records_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  void AddTo(Figures& figures) const {
    figures.requests += requests();
    figures.records += records();
    figures.bytes += bytes();
    figures.latency.Merge(latency_);
    for (const auto& [name, count] : errors_) figures.errors[name] += count;
  }

 private:
  static void Increase(std::atomic<uint64_t>& sum, uint64_t by) {
    sum.store(sum.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  const Window& window_;
  std::atomic<uint64_t> requests_{0};
  std::atomic<uint64_t> records_{0};
  std::atomic<uint64_t> bytes_{0};
  Histogram latency_;
  ErrorCounts errors_;
};

}  // namespace varve::bench
