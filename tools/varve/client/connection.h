#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/task.h"
#include "server/wire/api.h"
#include "server/wire/message.h"

namespace varve::cli {

inline constexpr std::string_view kClientId = "varve";

// A response and the frame that it is a view of.
template <typename Response>
struct Reply {
  Buffer frame;
  Response body;
};

// Versions of one API.
struct VersionRange {
  int min = 0;
  int max = -1;

  bool empty() const { return max < min; }
};

struct FeatureLevel {
  std::string name;
  int level = 0;
};

// What a broker said that it speaks.
struct Spoken {
  std::array<VersionRange, wire::kApiKeys> apis;
  std::vector<FeatureLevel> features;  // as the cluster has settled on them

  VersionRange Of(wire::ApiKey key) const {
    const auto index = static_cast<size_t>(key);
    return index < apis.size() ? apis[index] : VersionRange{};
  }
};

// The newest version of a request that both sides know; nothing if there is none.
std::optional<int> CommonVersion(VersionRange ours, VersionRange theirs);

// One connection to a broker: one request after the other.
//
// Errors    Unavailable: no connection, or it broke. DeadlineExceeded: no answer in time.
//           Unimplemented: the broker has no such request in a version that we know. DataLoss: what
//           came is no answer. After the first two the connection is good for nothing more.
// Lifetime  `loop` outlives it. What a request refers to outlives the call.
// Threads   The loop's.
class Connection {
 public:
  // Connects, and asks what the broker speaks.
  static io::Task<absl::StatusOr<std::unique_ptr<Connection>>> Open(io::Loop& loop,
                                                                    io::Endpoint endpoint,
                                                                    io::MonoTime deadline);

  const Spoken& spoken() const { return spoken_; }
  const std::string& name() const { return name_; }
  bool broken() const { return broken_; }

  // Sends a request in the newest version that both know, `version_max` at most.
  template <typename Response, typename Request>
  io::Task<absl::StatusOr<Reply<Response>>> Call(Request request, int version_max,
                                                 io::MonoTime deadline) {
    using Api = typename Request::Api;
    static_assert(std::is_same_v<Api, typename Response::Api>);
    const VersionRange ours{Api::kMin, std::min(int{Api::kMax}, version_max)};
    CO_ASSIGN_OR_RETURN(const int version, VersionFor(Api::kKey, ours));
    Buffer frame;
    const wire::RequestHeader header = NextHeader(version);
    CO_RETURN_IF_ERROR(wire::EncodeRequest(header, request, frame));
    Reply<Response> reply;
    CO_ASSIGN_OR_RETURN(reply.frame, co_await Exchange(std::move(frame), deadline));
    auto answer = wire::DecodeResponse<Response>(reply.frame, version);
    if (!answer.ok()) co_return Undecodable(answer.status());
    CO_RETURN_IF_ERROR(CheckCorrelation(header, answer->correlation_id));
    reply.body = std::move(answer->body);
    co_return reply;
  }

 private:
  Connection(io::Loop& loop, std::unique_ptr<io::Stream> stream, std::string name)
      : loop_(loop), stream_(std::move(stream)), name_(std::move(name)) {}

  absl::StatusOr<int> VersionFor(wire::ApiKey key, VersionRange ours) const;
  wire::RequestHeader NextHeader(int version);
  absl::Status Undecodable(const absl::Status& why) const;
  absl::Status CheckCorrelation(const wire::RequestHeader& header, int32_t answered) const;
  io::Task<absl::Status> Negotiate(io::MonoTime deadline);
  // Sends a frame, and returns the next that comes, without its size.
  io::Task<absl::StatusOr<Buffer>> Exchange(Buffer frame, io::MonoTime deadline);
  io::Task<absl::StatusOr<Buffer>> SendAndReceive(Buffer frame);
  io::Task<absl::Status> ReadInto(Buffer& into, size_t bytes);

  io::Loop& loop_;
  std::unique_ptr<io::Stream> stream_;
  const std::string name_;
  Spoken spoken_;
  int32_t correlation_id_ = 0;
  bool broken_ = false;
};

}  // namespace varve::cli
