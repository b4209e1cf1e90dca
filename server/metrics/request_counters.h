#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "server/metrics/time_buckets.h"
#include "server/wire/api.h"
#include "server/wire/error.h"

namespace varve::metrics {

// How long one request took, and where. Time behind others of the same connection is `queue`;
// `remote` is what the client itself asked to wait, or others made it wait: a fetch for records, a
// member for the rest of its group. The remainder is ours.
struct RequestTimes {
  io::Duration queue{};
  io::Duration remote{};
  io::Duration handling{};  // with remote

  io::Duration local() const { return handling - remote; }
  io::Duration total() const { return queue + handling; }
};

// The requests of one API, on one shard.
struct ApiCounters {
  static constexpr size_t kVersions = 32;
  static constexpr size_t kErrors = 160;

  std::array<uint64_t, kVersions> requests{};  // by version
  std::array<uint64_t, kErrors> errors{};      // by code, see ErrorAt
  Times total{};
  Times queue{};
  Times local{};
  Times remote{};

  static size_t IndexOf(wire::ErrorCode code);
  static wire::ErrorCode ErrorAt(size_t index);

  void Add(int version, const RequestTimes& times, io::MonoTime now);
  void Add(wire::ErrorCode code) { ++errors[IndexOf(code)]; }
};

// The requests of one shard. Takes memory for an API when its first request comes, and no more
// after that.
class RequestCounters {
 public:
  static constexpr size_t kApis = 128;

  // Requires: a key of an API that is served.
  ApiCounters& Of(wire::ApiKey key);
  // Nullptr: nobody has asked for that yet.
  const ApiCounters* Find(size_t key) const { return apis_.at(key).get(); }

 private:
  std::array<std::unique_ptr<ApiCounters>, kApis> apis_;
};

}  // namespace varve::metrics
