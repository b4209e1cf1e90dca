#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "benchmarks/broker/load/handshake.h"
#include "benchmarks/broker/load/patience.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"
#include "tools/text/amount.h"
#include "tools/varve/client/bootstrap.h"

namespace varve::bench {
namespace {

// One after the other, as many at a time as there are tasks of it.
struct Opening {
  io::Endpoint broker;
  int left = 0;
  std::vector<std::unique_ptr<io::Stream>> held;
  absl::Status failure;
  double seconds = 0;  // that it took
};

io::Task<absl::Status> OpenOne(Worker& worker, Opening& opening) {
  io::Loop& loop = worker.loop();
  const io::MonoTime begun = loop.Now();
  CO_ASSIGN_OR_RETURN(std::unique_ptr<io::Stream> stream,
                      co_await loop.net().Connect(opening.broker, begun + kConnectPatience));
  CO_RETURN_IF_ERROR(co_await ShakeHands(*stream, worker.scratch()));
  opening.held.push_back(std::move(stream));
  const io::MonoTime now = loop.Now();
  worker.meter().Done(now, 0, 0);
  worker.meter().Took(begun, now);
  co_return absl::OkStatus();
}

io::Task<> OpenMany(Worker& worker, Opening& opening) {
  while (opening.left > 0 && opening.failure.ok() && !worker.stop().is_set()) {
    --opening.left;
    absl::Status status = co_await OpenOne(worker, opening);
    if (!status.ok()) opening.failure = std::move(status);
  }
}

constexpr int kAtOnce = 64;

io::Task<absl::Status> OpenAll(Worker& worker, Opening& opening) {
  co_await worker.Begin();
  const io::MonoTime begun = worker.loop().Now();
  io::Gate gate(worker.loop());
  for (int i = 0; i < kAtOnce; ++i) gate.Spawn(OpenMany(worker, opening));
  co_await gate.Close();
  opening.seconds = std::chrono::duration<double>(worker.loop().Now() - begun).count();
  co_return opening.failure;
}

// Holds what is open, then measures the memory.
io::Task<absl::Status> HoldAll(Worker& worker, Opening& opening, const ConnectionsOptions& options,
                               const Watch& watch, std::optional<Usage>& held) {
  CO_RETURN_IF_ERROR(co_await OpenAll(worker, opening));
  co_await io::Sleep(worker.loop(), std::chrono::milliseconds(options.hold_ms));
  if (watch.broker && worker.index() == 0) {
    CO_ASSIGN_OR_RETURN(held, watch.broker());
  }
  opening.held.clear();
  co_return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Rows> RunConnections(const Common& common, const ConnectionsOptions& options) {
  ASSIGN_OR_RETURN(const auto bootstrap, cli::ParseBootstrap(common.bootstrap));
  ASSIGN_OR_RETURN(const Watch watch, common.watch());
  std::optional<Usage> before;
  std::optional<Usage> held;
  if (watch.broker) {
    ASSIGN_OR_RETURN(before, watch.broker());
  }
  std::vector<Opening> openings(static_cast<size_t>(common.threads));
  for (int i = 0; i < options.connections; ++i) ++openings[i % openings.size()].left;
  for (Opening& opening : openings) opening.broker = bootstrap.front();
  Common endless = common;
  endless.warm_up_ms = 0;
  const auto body = [&](Worker& worker) {
    return HoldAll(worker, openings[static_cast<size_t>(worker.index())], options, watch, held);
  };
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(endless, body, watch));
  figures.seconds = 0;  // without the holding
  for (const Opening& opening : openings) {
    figures.seconds = std::max(figures.seconds, opening.seconds);
  }
  const std::string label =
      fmt::format("{} connections", text::CountText(static_cast<int64_t>(figures.requests)));
  if (before && held && figures.requests > 0) {
    const auto grown =
        static_cast<double>(held->resident_bytes) - static_cast<double>(before->resident_bytes);
    figures.more = {
        {"broker memory before, MiB", static_cast<double>(before->resident_bytes) / kMiB},
        {"broker memory with them, MiB", static_cast<double>(held->resident_bytes) / kMiB},
        {"broker memory of each, KiB", grown / 1024 / static_cast<double>(figures.requests)}};
  }
  return Rows{{label, std::move(figures)}};
}

}  // namespace varve::bench
