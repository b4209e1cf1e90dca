#include "benchmarks/broker/load/handshake.h"
#include "benchmarks/broker/load/patience.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"
#include "tools/varve/client/bootstrap.h"

namespace varve::bench {
namespace {

io::Task<absl::Status> ConnectAskClose(Worker& worker, const io::Endpoint& broker) {
  io::Loop& loop = worker.loop();
  const io::MonoTime begun = loop.Now();
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<io::Stream> stream,
                      co_await loop.net().Connect(broker, begun + kConnectPatience));
  CO_RETURN_IF_ERROR(co_await ShakeHands(*stream, worker.scratch()));
  const io::MonoTime now = loop.Now();
  worker.meter().Done(now, 0, 0);
  worker.meter().Took(begun, now);
  co_return absl::OkStatus();
}

// Clients that come and go, one after the other.
io::Task<> ComeAndGo(Worker& worker, const io::Endpoint& broker, absl::Status& failure) {
  while (!worker.stop().is_set() && failure.ok()) {
    absl::Status status = co_await ConnectAskClose(worker, broker);
    if (!status.ok() && failure.ok()) failure = std::move(status);
  }
  if (!failure.ok()) worker.Fail(failure);
}

io::Task<absl::Status> ChurnAs(Worker& worker, const io::Endpoint& broker, int clients) {
  co_await worker.Begin();
  io::Gate gate(worker.loop());
  absl::Status failure;
  for (int i = 0; i < clients; ++i) gate.Spawn(ComeAndGo(worker, broker, failure));
  co_await gate.Close();
  co_return failure;
}

}  // namespace

absl::StatusOr<Rows> RunChurn(const Common& common, const ChurnOptions& options) {
  ASSIGN_OR_RETURN(const auto bootstrap, cli::ParseBootstrap(common.bootstrap));
  const io::Endpoint& broker = bootstrap.front();
  const auto body = [&](Worker& worker) { return ChurnAs(worker, broker, options.clients); };
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(common, body));
  return Rows{{"churn", std::move(figures)}};
}

}  // namespace varve::bench
