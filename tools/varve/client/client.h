#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/sync.h"
#include "server/wire/error.h"
#include "tools/varve/client/connection.h"
#include "tools/varve/client/retry.h"

namespace varve::cli {

// Who is asked: anybody, the controller, one broker, or the coordinator of a group.
class Target {
 public:
  enum class Kind { kAnyBroker, kController, kBroker, kCoordinator };

  static Target Any() { return {Kind::kAnyBroker, -1, ""}; }
  static Target Controller() { return {Kind::kController, -1, ""}; }
  static Target Broker(int32_t id) { return {Kind::kBroker, id, ""}; }
  static Target Coordinator(std::string group) {
    return {Kind::kCoordinator, -1, std::move(group)};
  }

  Kind kind() const { return kind_; }
  int32_t broker() const { return broker_; }
  const std::string& group() const { return group_; }

 private:
  Target(Kind kind, int32_t broker, std::string group)
      : kind_(kind), broker_(broker), group_(std::move(group)) {}

  Kind kind_;
  int32_t broker_;
  std::string group_;
};

inline constexpr int kAnyVersion = std::numeric_limits<int>::max();

// A cluster, as the commands see it: finds the broker that a request is for, keeps the
// connections, and repeats what may succeed a little later until the time is over.
//
// Errors    As Connection. An error code in an answer is the caller's business.
// Lifetime  `loop` outlives it.
// Threads   The loop's; one call at a time.
class Client {
 public:
  Client(io::Loop& loop, std::vector<io::Endpoint> bootstrap, io::Duration timeout)
      : loop_(loop), bootstrap_(std::move(bootstrap)), timeout_(timeout) {}

  // `error_of` tells the error of an answer that decides about another attempt: wire::ErrorCode
  // of a Response.
  template <typename Response, typename Request, typename ErrorOf>
  io::Task<absl::StatusOr<Reply<Response>>> Call(Target target, Request request, ErrorOf error_of,
                                                 int version_max = kAnyVersion) {
    const io::MonoTime deadline = Deadline();
    for (int attempt = 1;; ++attempt) {
      CO_ASSIGN_OR_RETURN(Connection * connection, co_await Find(target, deadline));
      auto reply = co_await connection->Call<Response>(request, version_max, deadline);
      if (!reply.ok() || !IsRetriable(error_of(reply->body))) co_return reply;
      if (loop_.Now() + PauseBefore(attempt) >= deadline) co_return reply;
      Forget(target);
      co_await io::Sleep(loop_, PauseBefore(attempt));
    }
  }

  // For answers that have no such error.
  template <typename Response, typename Request>
  io::Task<absl::StatusOr<Reply<Response>>> CallOnce(Target target, Request request,
                                                     int version_max = kAnyVersion) {
    CO_ASSIGN_OR_RETURN(Connection * connection, co_await Find(target, Deadline()));
    co_return co_await connection->Call<Response>(std::move(request), version_max, Deadline());
  }

  // What this broker speaks.
  io::Task<absl::StatusOr<Spoken>> SpokenBy(Target target);
  // The ids of all brokers.
  io::Task<absl::StatusOr<std::vector<int32_t>>> Brokers();

  io::Loop& loop() { return loop_; }
  int32_t timeout_ms() const {
    return static_cast<int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(timeout_).count());
  }

 private:
  struct Nodes {
    std::map<int32_t, io::Endpoint> brokers;
    int32_t controller = -1;
  };

  io::MonoTime Deadline() const { return loop_.Now() + timeout_; }
  io::Task<absl::StatusOr<Connection*>> Find(Target target, io::MonoTime deadline);
  // What was found out about it may be out of date.
  void Forget(const Target& target);
  io::Task<absl::StatusOr<Connection*>> ConnectTo(io::Endpoint endpoint, io::MonoTime deadline);
  io::Task<absl::StatusOr<Connection*>> AnyBroker(io::MonoTime deadline);
  io::Task<absl::StatusOr<Connection*>> Broker(int32_t id, io::MonoTime deadline);
  io::Task<absl::StatusOr<Connection*>> Coordinator(std::string group, io::MonoTime deadline);
  io::Task<absl::StatusOr<io::Endpoint>> AskForCoordinator(std::string group, io::MonoTime deadline,
                                                           wire::ErrorCode& error);
  io::Task<absl::Status> LoadNodes(io::MonoTime deadline);

  io::Loop& loop_;
  const std::vector<io::Endpoint> bootstrap_;
  const io::Duration timeout_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;  // by "host:port"
  Connection* any_ = nullptr;
  Nodes nodes_;
  std::map<std::string, io::Endpoint> coordinators_;  // by group
};

}  // namespace varve::cli
