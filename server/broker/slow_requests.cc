#include "server/broker/slow_requests.h"

#include <fmt/format.h>

#include <utility>

#include "server/config/value.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

double Millis(io::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

std::string DescribeSlow(const AnsweredRequest& request, uint64_t not_told) {
  const metrics::RequestTimes& times = request.times;
  std::string text = fmt::format(
      "slow: {} version {} of client \"{}\" at {} took {:.1f} ms: {:.1f} ms behind others of its "
      "connection, {:.1f} ms of work, {:.1f} ms of waiting that was asked for; {} bytes asked, {} "
      "bytes answered",
      request.api, request.version, config::Shown(request.client_id), request.address,
      Millis(times.total()), Millis(times.queue), Millis(times.local()), Millis(times.remote),
      request.request_bytes, request.answer_bytes);
  if (not_told > 0) text += fmt::format("; {} more since the last line like this", not_told);
  return text;
}

void SlowRequests::Tell(const AnsweredRequest& request, io::MonoTime now) {
  if (now < next_) {
    ++not_told_;
    return;
  }
  next_ = now + kPause;
  LogWarning("{}", DescribeSlow(request, std::exchange(not_told_, 0)));
}

}  // namespace varve::broker
