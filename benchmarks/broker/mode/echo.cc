#include "benchmarks/broker/limit/echo_server.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"

namespace varve::bench {

absl::StatusOr<Rows> RunEcho(const Common& common, const EchoOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Backend> backend, OpenBenchBackend(common));
  EchoServer server(*backend);
  ASSIGN_OR_RETURN(const io::Endpoint endpoint, server.Start());
  Topic topic;
  topic.name = common.topic.name;
  topic.partitions = {{0, endpoint}};
  topic.produce_version = EchoServer::kVersion;
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, options.produce, common.threads));
  const auto body = [&](Worker& worker) {
    return ProduceAs(worker, load->PlanFor(worker.index()));
  };
  ASSIGN_OR_RETURN(Watch watch, common.watch());
  watch.broker = [&server]() -> absl::StatusOr<Usage> {
    Usage usage;
    usage.cpu_seconds = server.CpuSeconds();
    return usage;
  };
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(common, body, watch));
  figures.own.cpu_seconds -= figures.broker->cpu_seconds;  // it is a thread of this process
  return Rows{{"echo", std::move(figures)}};
}

}  // namespace varve::bench
