#include "server/broker/monitor.h"

#include <fmt/format.h>

#include <utility>

#include "engine/io/pool.h"
#include "server/broker/scrape.h"
#include "server/broker/shard.h"
#include "server/metrics/families.h"

namespace varve::broker {
namespace {

std::string_view Name(Progress::State state) {
  switch (state) {
    case Progress::State::kStarting:
      return "starting";
    case Progress::State::kOpening:
      return "opening";
    case Progress::State::kReady:
      return "ready";
    case Progress::State::kStopping:
      return "stopping";
  }
  return "starting";
}

}  // namespace

std::string ToJson(const Progress& progress) {
  return fmt::format("{{\"status\":\"{}\",\"opened\":{},\"total\":{}}}\n", Name(progress.state),
                     progress.opened, progress.total);
}

Monitor::Monitor(Env env)
    : env_(std::move(env)),
      pulse_(home(), env_.loops),
      scraping_(home(), 1),
      server_(home(), *this) {}

void Monitor::Start(std::unique_ptr<io::Listener> listener) { server_.Start(std::move(listener)); }

io::Task<void> Monitor::Close() {
  co_await server_.Close();
  co_await pulse_.Close();
}

io::Task<http::Response> Monitor::Get(std::string path) {
  if (path == "/metrics") co_return co_await Metrics();
  if (path == "/livez") co_return co_await Live();
  if (path == "/readyz") co_return Ready();
  http::Response missing = http::Plain(404);
  missing.body = "there are /metrics, /livez and /readyz\n";
  co_return missing;
}

io::Task<http::Response> Monitor::Metrics() {
  co_await scraping_.Take();
  metrics::Snapshot snapshot = co_await Scrape(env_.facts);
  snapshot.io_backend = env_.io_backend;
  snapshot.ready = env_.progress().state == Progress::State::kReady;
  auto format = [&snapshot] {
    const metrics::Snapshot taken = std::move(snapshot);  // and freed here, too
    return metrics::ToText(taken, metrics::ReadProcess());
  };
  http::Response response;
  response.body = co_await io::Offload(home(), format);
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  scraping_.Give();
  co_return response;
}

io::Task<http::Response> Monitor::Live() {
  const std::vector<size_t> silent = co_await pulse_.Silent(kPatience);
  http::Response response;
  response.body = "ok\n";
  if (!silent.empty()) {
    response.status = 503;
    response.body = fmt::format("shards that do not answer: {}\n", fmt::join(silent, ", "));
  }
  co_return response;
}

http::Response Monitor::Ready() const {
  const Progress progress = env_.progress();
  http::Response response;
  response.content_type = "application/json";
  response.status = progress.state == Progress::State::kReady ? 200 : 503;
  response.body = ToJson(progress);
  return response;
}

}  // namespace varve::broker
