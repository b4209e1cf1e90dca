#include "benchmarks/broker/mode/common.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "benchmarks/broker/stats/usage.h"
#include "engine/base/status.h"
#include "tools/text/number.h"
#include "tools/varve/client/bootstrap.h"

namespace varve::bench {
namespace {

// 100,000 partitions take a while to come and to go.
constexpr io::Duration kClientPatience = std::chrono::minutes(10);

io::Task<> CallAndStop(const std::function<io::Task<absl::Status>(cli::Client&)>& call,
                       io::Loop& loop, std::vector<io::Endpoint> bootstrap, absl::Status& result) {
  {
    cli::Client client(loop, std::move(bootstrap), kClientPatience);
    result = co_await call(client);
  }
  loop.Stop();
}

absl::StatusOr<int> PidFor(const Common& common) {
  if (common.broker_pid.empty()) return 0;
  if (common.broker_pid == "port") {
    ASSIGN_OR_RETURN(const auto bootstrap, cli::ParseBootstrap(common.bootstrap));
    return PidListeningOn(bootstrap.front().port);
  }
  const auto pid = text::ParseNumber<int>(common.broker_pid);
  if (pid && *pid > 0) return *pid;
  return absl::InvalidArgumentError(
      fmt::format("--broker-pid {}: give the number of a process, or \"port\"", common.broker_pid));
}

}  // namespace

Limits Common::limits() const {
  return {std::chrono::milliseconds(warm_up_ms), std::chrono::milliseconds(duration_ms), bytes,
          requests};
}

absl::StatusOr<Watch> Common::watch() const {
  Watch watch;
  ASSIGN_OR_RETURN(const int pid, PidFor(*this));
  if (pid > 0) {
    RETURN_IF_ERROR(UsageOf(pid).status());
    watch.broker = [pid] { return UsageOf(pid); };
  }
  watch.progress = progress || ::isatty(STDERR_FILENO) == 1;
  return watch;
}

absl::StatusOr<std::unique_ptr<io::Backend>> OpenBenchBackend(const Common& common) {
  io::BackendOptions options;
  options.pool_threads = 1;
  if (common.backend == "epoll") options.kind = io::BackendKind::kEpoll;
  if (common.backend == "uring") options.kind = io::BackendKind::kUring;
  return io::OpenBackend(options);
}

absl::Status WithClient(const Common& common,
                        const std::function<io::Task<absl::Status>(cli::Client&)>& call) {
  ASSIGN_OR_RETURN(std::vector<io::Endpoint> bootstrap, cli::ParseBootstrap(common.bootstrap));
  io::BackendOptions options;
  options.kind = io::BackendKind::kEpoll;
  options.pool_threads = 1;
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Backend> backend, io::OpenBackend(options));
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Loop> loop, backend->NewLoop());
  absl::Status result;
  io::StartDetached(CallAndStop(call, *loop, std::move(bootstrap), result));
  loop->Run();
  return result;
}

namespace {

io::Task<absl::Status> PrepareInto(cli::Client& client, const TopicSpec& spec, Topic& topic) {
  CO_ASSIGN_OR_RETURN(topic, co_await PrepareTopic(client, spec));
  co_return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Topic> Prepare(const Common& common) {
  Topic topic;
  RETURN_IF_ERROR(WithClient(
      common, [&](cli::Client& client) { return PrepareInto(client, common.topic, topic); }));
  return topic;
}

void CleanUp(const Common& common) {
  if (!common.topic.remove) return;
  const absl::Status removed = WithClient(
      common, [&](cli::Client& client) { return RemoveTopic(client, common.topic.name); });
  if (removed.ok()) return;
  fmt::print(stderr, "varve-bench: the topic stays: {}\n", std::string(removed.message()));
}

absl::StatusOr<Figures> MeasureTeam(const Common& common, const Body& body) {
  ASSIGN_OR_RETURN(const Watch watch, common.watch());
  return MeasureTeam(common, body, watch);
}

absl::StatusOr<Figures> MeasureTeam(const Common& common, const Body& body, const Watch& watch) {
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Backend> backend, OpenBenchBackend(common));
  Team team(*backend, common.threads);
  return team.Run(body, common.limits(), watch);
}

}  // namespace varve::bench
