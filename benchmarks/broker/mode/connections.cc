#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
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

std::vector<Opening> Share(int connections, int workers, const io::Endpoint& broker) {
  std::vector<Opening> openings(static_cast<size_t>(workers));
  for (Opening& opening : openings) opening.broker = broker;
  for (int i = 0; i < connections; ++i) {
    ++openings[static_cast<size_t>(i) % openings.size()].left;
  }
  return openings;
}

// Without the holding.
double LongestOf(const std::vector<Opening>& openings) {
  double longest = 0;
  for (const Opening& opening : openings) longest = std::max(longest, opening.seconds);
  return longest;
}

void TellOfMemory(const Usage& before, const Usage& held, Figures& figures) {
  const auto first = static_cast<double>(before.resident_bytes);
  const auto second = static_cast<double>(held.resident_bytes);
  const double each = (second - first) / 1024 / static_cast<double>(figures.requests);
  figures.more = {{"broker memory before, MiB", first / kMiB},
                  {"broker memory with them, MiB", second / kMiB},
                  {"broker memory of each, KiB", each}};
}

}  // namespace

absl::StatusOr<Rows> RunConnections(const Common& common, const ConnectionsOptions& options) {
  ASSIGN_OR_RETURN(const auto bootstrap, cli::ParseBootstrap(common.bootstrap));
  ASSIGN_OR_RETURN(const Watch watch, common.watch());
  std::optional<Usage> held;
  Usage before;
  if (watch.broker) {
    ASSIGN_OR_RETURN(before, watch.broker());
  }
  std::vector<Opening> openings = Share(options.connections, common.threads, bootstrap.front());
  const auto body = [&](Worker& worker) {
    return HoldAll(worker, openings[static_cast<size_t>(worker.index())], options, watch, held);
  };
  Common at_once = common;
  at_once.warm_up_ms = 0;
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(at_once, body, watch));
  figures.seconds = LongestOf(openings);
  if (held && figures.requests > 0) TellOfMemory(before, *held, figures);
  const std::string opened = text::CountText(static_cast<int64_t>(figures.requests));
  return Rows{{opened + " connections", std::move(figures)}};
}

}  // namespace varve::bench
