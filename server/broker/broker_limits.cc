#include "server/broker/broker_limits.h"

#include <algorithm>
#include <chrono>

#include "engine/log/clean/throttle.h"
#include "engine/log/unwritten.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr uint64_t kRequestBytesMin = 16 << 20;
// Where Kafka's default sets no limit, requests may hold this part of the machine's memory.
constexpr uint64_t kRequestShare = 8;

// Of files that are only read, or at rest: opening one again is cheap, and what is open costs
// memory of the kernel's.
constexpr uint64_t kOpenFilesAtRestMax = 800;
constexpr uint64_t kOpenFilesMin = 16;  // of one shard

// The table permits no other names, and a list of none is refused.
std::vector<coordinator::Assignor> AssignorsOf(const config::BrokerConfig& config) {
  std::vector<coordinator::Assignor> assignors;
  for (const std::string& name : config.List("group.consumer.assignors")) {
    const auto assignor = coordinator::FindAssignor(name);
    if (assignor) assignors.push_back(*assignor);
  }
  if (assignors.empty()) assignors.push_back(coordinator::Assignor::kUniform);
  return assignors;
}

}  // namespace

std::optional<log::CleanerManager::Options> CleanerOf(const config::BrokerSettings& settings,
                                                      size_t shards) {
  if (!settings.cleaner_enable) return std::nullopt;
  log::CleanerManager::Options options;
  options.cleaner.map_bytes_max =
      static_cast<uint64_t>(settings.cleaner_dedupe_buffer_bytes) / shards;
  options.cleaner.map_load_factor = settings.cleaner_load_factor;
  options.cleaner.io_buffer_bytes = static_cast<size_t>(settings.cleaner_io_buffer_bytes) / shards;
  const double rate = settings.cleaner_bytes_per_second_max;
  if (rate < log::Throttle::kUnlimited) {
    options.bytes_per_second = rate / static_cast<double>(shards);
  }
  options.backoff = std::chrono::milliseconds(settings.cleaner_backoff_ms);
  options.report = [](const std::string& text) { LogWarning("{}", text); };
  return options;
}

ShardLimits LimitsOf(const config::BrokerSettings& settings, const MachineLimits& machine,
                     size_t shards) {
  ShardLimits limits;
  const uint64_t files = settings.open_files_max > 0
                             ? static_cast<uint64_t>(settings.open_files_max)
                             : machine.open_files_max / 2;
  const uint64_t at_rest = std::min(files / 2, kOpenFilesAtRestMax);
  limits.files.files_max = std::max(at_rest / shards, kOpenFilesMin / 2);
  limits.files.unsynced_files_max = std::max((files - at_rest) / shards, kOpenFilesMin / 2);
  const uint64_t unwritten = settings.unwritten_bytes_max >= 0
                                 ? static_cast<uint64_t>(settings.unwritten_bytes_max)
                                 : log::UnwrittenBytes::BytesMaxFor(machine.memory_bytes);
  limits.files.unwritten_bytes_max = unwritten / shards;
  const uint64_t bytes = settings.queued_request_bytes_max > 0
                             ? static_cast<uint64_t>(settings.queued_request_bytes_max)
                             : std::max(machine.memory_bytes / kRequestShare, kRequestBytesMin);
  limits.request_bytes_max = std::max<uint64_t>(bytes / shards, 1);
  limits.opening_max =
      std::max(limits.opening_max, static_cast<size_t>(settings.recovery_threads_per_dir));
  limits.slab_bytes_kept_max = static_cast<uint64_t>(settings.frame_pool_bytes);
  limits.undurable_max = std::chrono::milliseconds(
      std::max<int64_t>(settings.recovery_point_checkpoint_ms, kCheckpointMsMin));
  limits.fetch_sessions_max =
      std::max<size_t>(static_cast<size_t>(settings.fetch_sessions_max) / shards, 1);
  limits.cleaner = CleanerOf(settings, shards);
  limits.connection.frame_bytes_max = static_cast<uint32_t>(settings.request_bytes_max);
  limits.connection.in_flight_max = static_cast<size_t>(settings.in_flight_requests_max);
  limits.connection.in_flight_bytes_max = static_cast<size_t>(settings.in_flight_bytes_max);
  limits.connection.idle_max =
      std::chrono::milliseconds(std::max<int64_t>(settings.connection_idle_ms_max, 0));
  return limits;
}

coordinator::CoordinatorConfig GroupsOf(const config::BrokerConfig& config) {
  coordinator::CoordinatorConfig groups;
  groups.group.session_timeout_min_ms = config.Int("group.min.session.timeout.ms");
  groups.group.session_timeout_max_ms = config.Int("group.max.session.timeout.ms");
  groups.group.initial_rebalance_delay_ms = config.Int("group.initial.rebalance.delay.ms");
  groups.group.size_max = config.Int("group.max.size");
  groups.consumer.session_timeout_ms = config.Int("group.consumer.session.timeout.ms");
  groups.consumer.heartbeat_interval_ms =
      static_cast<int32_t>(config.Int("group.consumer.heartbeat.interval.ms"));
  groups.consumer.size_max = config.Int("group.consumer.max.size");
  groups.consumer.assignors = AssignorsOf(config);
  constexpr int64_t kMinuteMs = 60'000;
  groups.offsets_retention_ms = config.Int("offsets.retention.minutes") * kMinuteMs;
  groups.retention_check_ms = config.Int("offsets.retention.check.interval.ms");
  groups.metadata_bytes_max =
      static_cast<size_t>(std::max<int64_t>(config.Int("offset.metadata.max.bytes"), 0));
  groups.codec = static_cast<record::Codec>(config.Int("offsets.topic.compression.codec"));
  return groups;
}

net::ConnectionCount::Limits CountLimitsOf(const config::BrokerSettings& settings) {
  return {settings.connections_max, settings.connections_max_per_ip,
          settings.connections_max_of_ip};
}

}  // namespace varve::broker
