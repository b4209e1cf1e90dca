#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/io/clock.h"
#include "server/metrics/request_counters.h"

namespace varve::broker {

// A request that was answered, as the log tells of it.
struct AnsweredRequest {
  std::string_view api{};
  int version = 0;
  std::string_view client_id{};
  std::string_view address{};
  metrics::RequestTimes times{};
  uint64_t request_bytes = 0;
  uint64_t answer_bytes = 0;
};

// "slow: Produce version 12 of client \"app\" at 10.0.0.1:5000 took 1523.0 ms: ..."
std::string DescribeSlow(const AnsweredRequest& request, uint64_t not_told);

// Tells of requests that took long although nobody asked them to wait: at most one line in a
// while, which says how many there were that it does not tell of.
//
// Threads   One loop.
class SlowRequests {
 public:
  static constexpr io::Duration kPause = std::chrono::seconds(1);

  // Zero: none is slow.
  void set_threshold(io::Duration threshold) { threshold_ = threshold; }

  bool IsSlow(const metrics::RequestTimes& times) const {
    return threshold_ > io::Duration::zero() && times.total() - times.remote >= threshold_;
  }
  void Tell(const AnsweredRequest& request, io::MonoTime now);

 private:
  io::Duration threshold_{};
  io::MonoTime next_{};  // line
  uint64_t not_told_ = 0;
};

}  // namespace varve::broker
