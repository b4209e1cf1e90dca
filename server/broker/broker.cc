#include "server/broker/broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/log_keeper.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr io::Duration kStopPatience = std::chrono::milliseconds(500);
constexpr int64_t kCheckpointMsMin = 100;
constexpr uint64_t kRequestBytesMin = 16 << 20;
// Where Kafka's default sets no limit, requests may hold this part of the machine's memory.
constexpr uint64_t kRequestShare = 8;
constexpr uint64_t kUnwrittenShare = 64;
constexpr uint64_t kUnwrittenBytesMin = 8 << 20;

// Compaction's memory is divided among the shards: each cleans one log at a time.
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

// Opening a file again is cheap; what is open costs memory of the kernel's.
constexpr uint64_t kOpenFilesDefaultMax = 800;

ShardLimits LimitsOf(const config::BrokerSettings& settings, const Broker::Resources& resources,
                     size_t shards) {
  ShardLimits limits;
  const uint64_t files = settings.open_files_max > 0
                             ? static_cast<uint64_t>(settings.open_files_max)
                             : std::min(resources.open_files_max / 2, kOpenFilesDefaultMax);
  limits.open_files_max = std::max<size_t>(files / shards, 16);
  const uint64_t unwritten =
      settings.unwritten_bytes_max >= 0
          ? static_cast<uint64_t>(settings.unwritten_bytes_max)
          : std::max(resources.memory_bytes / kUnwrittenShare, kUnwrittenBytesMin);
  limits.unwritten_bytes_max = unwritten / shards;
  const uint64_t bytes = settings.queued_request_bytes_max > 0
                             ? static_cast<uint64_t>(settings.queued_request_bytes_max)
                             : std::max(resources.memory_bytes / kRequestShare, kRequestBytesMin);
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

}  // namespace

Broker::Broker(const config::BrokerConfig& config, std::vector<io::Loop*> loops,
               Resources resources)
    : config_(config),
      settings_(config.settings()),
      loops_(std::move(loops)),
      storage_(*loops_[0], config),
      connection_count_(*loops_[0], CountLimitsOf(settings_)),
      all_open_(*loops_[0]),
      stop_(*loops_[0]),
      gate_(*loops_[0]) {
  ShardLimits limits = LimitsOf(settings_, resources, loops_.size());
  limits.groups = GroupsOf(config_);
  facts_.config = &config_;
  for (size_t i = 0; i < loops_.size(); ++i) {
    dispatchers_.push_back(std::make_unique<Dispatcher>(facts_));
    shards_.push_back(
        std::make_unique<Shard>(static_cast<int>(i), *loops_[i], *dispatchers_[i], limits));
    dispatchers_[i]->set_shard(*shards_[i]);
    facts_.shards.push_back(shards_[i].get());
  }
}

Broker::~Broker() = default;

io::Task<absl::Status> Broker::Start() {
  CO_RETURN_IF_ERROR(co_await Listen());
  CO_RETURN_IF_ERROR(co_await storage_.Open());
  CO_RETURN_IF_ERROR(co_await OpenController());
  CO_RETURN_IF_ERROR(co_await OpenLogs());
  gate_.Spawn(storage_.RemoveDoomed());
  gate_.Spawn(WriteCheckpointsRegularly());
  co_await StartCleaning();
  for (Shard* shard : facts_.shards) gate_.Spawn(KeepLogsOf(*shard));
  Accept();
  co_return absl::OkStatus();
}

io::Task<absl::Status> Broker::OpenController() {
  constexpr size_t kMetadataFiles = 8;
  metadata_files_ = std::make_unique<log::FileCache>(home().disk(), kMetadataFiles);
  const cluster::Identity& identity = storage_.identity();
  cluster::Controller::Env env{home(),
                               *metadata_files_,
                               storage_.metadata_directory(),
                               config_,
                               identity.node_id,
                               identity.cluster_id,
                               storage_.directory_ids(),
                               static_cast<int>(shards_.size())};
  CO_ASSIGN_OR_RETURN(controller_, co_await cluster::Controller::Open(std::move(env)));
  for (const std::string& note : controller_->notes()) LogWarning("{}", note);
  facts_.node_id = identity.node_id;
  facts_.controller = controller_.get();
  co_return absl::OkStatus();
}

io::Task<absl::Status> Broker::OnImage(cluster::ImageRef image) {
  const absl::Status applied = co_await storage_.Apply(published_, image, facts_.shards);
  const absl::Status published = co_await Publish(image);
  if (storage_.has_doomed() && !std::exchange(removing_, true)) gate_.Spawn(RemoveDoomedLater());
  co_return applied.ok() ? published : applied;
}

io::Task<absl::Status> Broker::Publish(cluster::ImageRef image) {
  absl::Status first_error;
  for (Shard* shard : facts_.shards) {
    auto update = [&] { return shard->Update(image); };
    const absl::Status updated = co_await io::CallOn(home(), shard->loop(), update);
    if (first_error.ok()) first_error = updated;
  }
  published_ = std::move(image);
  co_return first_error;
}

io::Task<void> Broker::RemoveDoomedLater() {
  const auto delay = std::chrono::milliseconds(config_.Int("log.segment.delete.delay.ms"));
  if (!co_await io::SleepUnless(stop_, delay)) co_return;
  removing_ = false;  // what is deleted from now on waits for its own time
  co_await storage_.RemoveDoomed();
}

io::Task<void> Broker::StartCleaning() {
  for (Shard* shard : facts_.shards) {
    auto start = [shard] { return shard->StartCleaning(); };
    co_await io::CallOn(home(), shard->loop(), start);
  }
}

io::Task<void> Broker::KeepLogsOf(Shard& shard) {
  KeepingPace pace;
  pace.interval = std::chrono::milliseconds(settings_.retention_check_ms);
  pace.first = std::chrono::milliseconds(config_.Int("log.initial.task.delay.ms"));
  pace.directories = storage_.healths();
  auto keep = [&] { return KeepLogs(shard, pace); };
  co_await io::CallOn(home(), shard.loop(), keep);
}

// All three kinds are written together, as often as the most impatient of them asks.
io::Task<void> Broker::WriteCheckpointsRegularly() {
  const int64_t least_ms =
      std::min({settings_.high_watermark_checkpoint_ms, settings_.log_start_checkpoint_ms,
                settings_.recovery_point_checkpoint_ms});
  const auto pause = std::chrono::milliseconds(std::max(least_ms, kCheckpointMsMin));
  while (!stop_.is_set()) {
    const bool due = co_await io::SleepUnless(stop_, pause);
    if (due) co_await storage_.WriteCheckpoints(facts_.shards);
  }
}

io::Task<absl::Status> Broker::Stop() {
  LogInfo("stopping");
  stop_.Set();
  connection_count_.Stop();
  for (const auto& listener : listeners_) listener->Shutdown();
  co_await CloseConnections();
  co_await gate_.Close();
  listeners_.clear();
  absl::Status first_error;
  if (controller_ != nullptr) first_error = co_await controller_->Close();
  const absl::Status closed = co_await CloseLogs(first_error);
  if (first_error.ok()) first_error = closed;
  co_return first_error;
}

// All shards at once: their patience is that of the whole stop.
io::Task<void> Broker::CloseConnections() {
  io::Gate closing(home());
  for (Shard* shard : facts_.shards) closing.Spawn(CloseConnectionsOf(*shard));
  co_await closing.Close();
}

io::Task<void> Broker::CloseConnectionsOf(Shard& shard) {
  auto close = [&] {
    shard.StopWaiting();
    return shard.connections().Close(kStopPatience);
  };
  co_await io::CallOn(home(), shard.loop(), close);
}

io::Task<absl::Status> Broker::CloseLogs(const absl::Status& controller_closed) {
  absl::Status first_error;
  std::set<std::string> unclean;
  for (Shard* shard : facts_.shards) {
    auto close = [&] { return shard->CloseLogs(); };
    const Shard::CloseErrors errors = co_await io::CallOn(home(), shard->loop(), close);
    for (const auto& [directory, error] : errors) {
      LogError("a log in {} was not closed well: {}", directory, error.ToString());
      unclean.insert(directory);
      first_error.Update(error);
    }
  }
  if (!controller_closed.ok()) unclean.insert(settings_.metadata_log_dir);
  if (logs_open_) {
    const auto checkpoints = co_await storage_.Collect(facts_.shards);
    // Only a node that lost nothing anywhere may claim its epoch.
    const int64_t epoch = unclean.empty() ? controller_->image()->broker_epoch() : -1;
    // A manifest is bound to the epoch: without one there is none.
    std::vector<log::Manifest> manifests(checkpoints.size());
    if (epoch >= 0) manifests = co_await storage_.CollectManifests(facts_.shards, epoch);
    first_error.Update(co_await storage_.Close(checkpoints, unclean, std::move(manifests)));
  } else {
    storage_.Abandon();
  }
  for (Shard* shard : facts_.shards) {
    auto drop = [&] { return shard->DropLogs(); };
    co_await io::CallOn(home(), shard->loop(), drop);
  }
  co_return first_error;
}

}  // namespace varve::broker
