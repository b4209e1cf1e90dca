#include "server/config/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "server/config/group_rules.h"

namespace varve::config {
namespace {

// The table bounds the value to the type; a value past it would be a wrong row.
template <typename T>
T Narrow(const BrokerConfig& config, std::string_view name) {
  const int64_t value = config.Int(name);
  VARVE_CHECK(value == static_cast<T>(value), "{}={} is too wide", name, value);
  return static_cast<T>(value);
}

int32_t Int32(const BrokerConfig& config, std::string_view name) {
  return Narrow<int32_t>(config, name);
}

absl::Status FillIdentity(const BrokerConfig& config, BrokerSettings& settings) {
  settings.node_id = Int32(config, "node.id");
  settings.rack = config.Text("broker.rack");
  const int32_t broker_id = Int32(config, "broker.id");
  if (broker_id == -1 || broker_id == settings.node_id) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("broker.id={}: permitted is what node.id says, {}", broker_id, settings.node_id));
}

absl::Status FillListeners(const BrokerConfig& config, const std::string& host_name,
                           BrokerSettings& settings) {
  const ListenerInput input{
      .listeners = config.List("listeners"),
      .advertised = config.List("advertised.listeners"),
      .protocol_map = config.List("listener.security.protocol.map"),
      .controller_names = config.List("controller.listener.names"),
      .inter_broker_name = config.Text("inter.broker.listener.name"),
      .inter_broker_protocol = config.Text("security.inter.broker.protocol"),
      .host_name = host_name,
  };
  ASSIGN_OR_RETURN(settings.listeners, ResolveListeners(input));
  const std::string http = config.Text("varve.http.listener");
  if (http.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(settings.http_listener, ParseAddress("varve.http.listener", http));
  return absl::OkStatus();
}

absl::Status FillDirectories(const BrokerConfig& config, BrokerSettings& settings) {
  settings.log_dirs = config.List("log.dirs");
  std::set<std::string> seen;
  for (const std::string& dir : settings.log_dirs) {
    if (!dir.empty() && seen.insert(dir).second) continue;
    return absl::InvalidArgumentError(fmt::format(
        "log.dirs={}: permitted are directories, each once", Shown(Join(settings.log_dirs, ","))));
  }
  if (settings.log_dirs.empty()) {
    return absl::InvalidArgumentError("log.dirs=: permitted is at least one directory");
  }
  settings.metadata_log_dir = config.Text("metadata.log.dir");
  if (settings.metadata_log_dir.empty()) settings.metadata_log_dir = settings.log_dirs.front();
  return absl::OkStatus();
}

void FillThreads(const BrokerConfig& config, BrokerSettings& settings) {
  settings.io_threads = Int32(config, "num.io.threads");
  settings.background_threads = Int32(config, "background.threads");
  settings.recovery_threads_per_dir = Int32(config, "num.recovery.threads.per.data.dir");
  const std::string backend = config.Text("varve.io.backend");
  settings.io_backend = backend == "uring"   ? IoBackend::kUring
                        : backend == "epoll" ? IoBackend::kEpoll
                                             : IoBackend::kAuto;
  settings.io_features = config.List("varve.io.features");
}

// "10.0.0.1:100,[fe80::1]:5"
absl::Status FillConnectionLimits(const BrokerConfig& config, BrokerSettings& settings) {
  settings.connections_max = Int32(config, "max.connections");
  settings.connections_max_per_ip = Int32(config, "max.connections.per.ip");
  settings.connection_idle_ms_max = config.Int("connections.max.idle.ms");
  for (const std::string& entry : SplitList(config.Text("max.connections.per.ip.overrides"))) {
    const size_t colon = entry.rfind(':');
    const std::string count = colon == std::string::npos ? "" : entry.substr(colon + 1);
    std::string host = entry.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    int32_t limit = -1;
    const char* end = count.data() + count.size();
    const auto [stop, error] = std::from_chars(count.data(), end, limit);
    if (host.empty() || error != std::errc() || stop != end || limit < 0) {
      return absl::InvalidArgumentError(
          fmt::format("max.connections.per.ip.overrides={}: permitted is address:count, with a "
                      "count from 0 to 2147483647",
                      Shown(entry)));
    }
    settings.connections_max_of_ip.emplace_back(std::move(host), limit);
  }
  return absl::OkStatus();
}

void FillRequestLimits(const BrokerConfig& config, BrokerSettings& settings) {
  settings.request_bytes_max = Int32(config, "socket.request.max.bytes");
  settings.send_buffer_bytes = Int32(config, "socket.send.buffer.bytes");
  settings.receive_buffer_bytes = Int32(config, "socket.receive.buffer.bytes");
  settings.listen_backlog = Int32(config, "socket.listen.backlog.size");
  settings.queued_requests_max = Int32(config, "queued.max.requests");
  settings.queued_request_bytes_max = config.Int("queued.max.request.bytes");
  settings.in_flight_requests_max = Int32(config, "varve.in.flight.requests.max");
  settings.in_flight_bytes_max = Int32(config, "varve.in.flight.bytes.max");
  settings.frame_pool_bytes = config.Int("varve.frame.pool.bytes");
  settings.open_files_max = Int32(config, "varve.open.files.max");
  settings.unwritten_bytes_max = config.Int("varve.unwritten.bytes.max");
  settings.fetch_bytes_max = Int32(config, "fetch.max.bytes");
  settings.fetch_sessions_max = Int32(config, "max.incremental.fetch.session.cache.slots");
  settings.request_slow_ms = config.Int("varve.request.slow.ms");
  settings.metrics_series_max = Int32(config, "varve.metrics.series.max");
}

void FillTopics(const BrokerConfig& config, BrokerSettings& settings) {
  settings.default_partitions = Int32(config, "num.partitions");
  settings.default_replication_factor = Narrow<int16_t>(config, "default.replication.factor");
  settings.auto_create_topics = config.Bool("auto.create.topics.enable");
  settings.delete_topics = config.Bool("delete.topic.enable");
}

void FillLogWork(const BrokerConfig& config, BrokerSettings& settings) {
  settings.retention_check_ms = config.Int("log.retention.check.interval.ms");
  settings.recovery_point_checkpoint_ms = config.Int("log.flush.offset.checkpoint.interval.ms");
  settings.log_start_checkpoint_ms = config.Int("log.flush.start.offset.checkpoint.interval.ms");
  settings.high_watermark_checkpoint_ms =
      config.Int("replica.high.watermark.checkpoint.interval.ms");
}

absl::Status FillCleaner(const BrokerConfig& config, BrokerSettings& settings) {
  settings.cleaner_enable = config.Bool("log.cleaner.enable");
  settings.cleaner_dedupe_buffer_bytes = config.Int("log.cleaner.dedupe.buffer.size");
  settings.cleaner_io_buffer_bytes = Int32(config, "log.cleaner.io.buffer.size");
  settings.cleaner_load_factor = config.Double("log.cleaner.io.buffer.load.factor");
  settings.cleaner_bytes_per_second_max = config.Double("log.cleaner.io.max.bytes.per.second");
  settings.cleaner_backoff_ms = config.Int("log.cleaner.backoff.ms");
  if (!(settings.cleaner_load_factor > 0 && settings.cleaner_load_factor <= 1)) {
    return absl::InvalidArgumentError(
        fmt::format("log.cleaner.io.buffer.load.factor={}: permitted is more than 0, up to 1",
                    settings.cleaner_load_factor));
  }
  if (!(settings.cleaner_bytes_per_second_max > 0)) {
    return absl::InvalidArgumentError(
        fmt::format("log.cleaner.io.max.bytes.per.second={}: permitted is more than 0",
                    settings.cleaner_bytes_per_second_max));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BrokerSettings> MakeSettings(const BrokerConfig& config,
                                            const std::string& host_name) {
  BrokerSettings settings;
  RETURN_IF_ERROR(FillIdentity(config, settings));
  RETURN_IF_ERROR(FillListeners(config, host_name, settings));
  RETURN_IF_ERROR(FillDirectories(config, settings));
  FillThreads(config, settings);
  RETURN_IF_ERROR(FillConnectionLimits(config, settings));
  FillRequestLimits(config, settings);
  FillTopics(config, settings);
  FillLogWork(config, settings);
  RETURN_IF_ERROR(FillCleaner(config, settings));
  RETURN_IF_ERROR(CheckGroupTimes(config));
  return settings;
}

}  // namespace varve::config
