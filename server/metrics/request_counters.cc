#include "server/metrics/request_counters.h"

#include <algorithm>

#include "engine/base/check.h"

namespace varve::metrics {

// The unknown error, -1, comes first. What is no code counts as it: clients read it so.
size_t ApiCounters::IndexOf(wire::ErrorCode code) {
  const int index = static_cast<int>(code) + 1;
  return index >= 0 && index < static_cast<int>(kErrors) ? static_cast<size_t>(index) : 0;
}

wire::ErrorCode ApiCounters::ErrorAt(size_t index) {
  return static_cast<wire::ErrorCode>(static_cast<int>(index) - 1);
}

void ApiCounters::Add(int version, const RequestTimes& times, io::MonoTime now) {
  ++requests[std::min(static_cast<size_t>(version), kVersions - 1)];
  total.Add(times.total(), now);
  queue.Add(times.queue, now);
  local.Add(times.local(), now);
  remote.Add(times.remote, now);
}

ApiCounters& RequestCounters::Of(wire::ApiKey key) {
  const auto index = static_cast<size_t>(key);
  VARVE_CHECK(index < kApis, "counting requests of API {}", index);
  std::unique_ptr<ApiCounters>& counters = apis_[index];
  if (counters == nullptr) counters = std::make_unique<ApiCounters>();
  return *counters;
}

}  // namespace varve::metrics
