#include "server/broker/broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/broker_limits.h"
#include "server/broker/log_keeper.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

constexpr io::Duration kStopPatience = std::chrono::milliseconds(500);

}  // namespace

Broker::Broker(const config::BrokerConfig& config, std::vector<io::Loop*> loops,
               Resources resources)
    : config_(config),
      settings_(config.settings()),
      loops_(std::move(loops)),
      storage_(*loops_[0], config),
      monitor_({facts_, loops_, [this] { return progress(); }, std::move(resources.io_backend)}),
      connection_count_(*loops_[0], CountLimitsOf(settings_)),
      all_open_(*loops_[0]),
      stop_(*loops_[0]),
      gate_(*loops_[0]) {
  ShardLimits limits = LimitsOf(settings_, resources, loops_.size());
  limits.groups = GroupsOf(config_);
  facts_.config = &config_;
  facts_.connection_count = &connection_count_;
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
  CO_RETURN_IF_ERROR(co_await StartMonitor());
  CO_RETURN_IF_ERROR(co_await Listen());
  CO_RETURN_IF_ERROR(co_await storage_.Open());
  CO_RETURN_IF_ERROR(co_await OpenController());
  CO_RETURN_IF_ERROR(co_await OpenLogs());
  gate_.Spawn(storage_.RemoveDoomed());
  gate_.Spawn(WriteCheckpointsRegularly());
  co_await StartCleaning();
  for (Shard* shard : facts_.shards) gate_.Spawn(KeepLogsOf(*shard));
  Accept();
  serving_ = true;
  co_return absl::OkStatus();
}

Progress Broker::progress() const {
  using State = Progress::State;
  const auto& [opened, total] = storage_.opening();
  const State opening = all_open_.is_set() && serving_ ? State::kReady : State::kOpening;
  const State started = logs_open_ ? opening : State::kStarting;
  return {stop_.is_set() ? State::kStopping : started, opened, total};
}

io::Task<absl::Status> Broker::OpenController() {
  constexpr size_t kMetadataFiles = 8;
  metadata_files_ = std::make_unique<log::FileCache>(
      home().disk(), log::FileCache::Limits{kMetadataFiles, kMetadataFiles});
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
  co_await ApplySettings(controller_->image()->config().settings());
  facts_.node_id = identity.node_id;
  facts_.controller = controller_.get();
  producer_ids_ = std::make_unique<cluster::ProducerIds>(home(), *controller_);
  facts_.producer_ids = producer_ids_.get();
  facts_.storage = &storage_;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Broker::OnImage(cluster::ImageRef image) {
  const absl::Status applied = co_await storage_.Apply(published_, image, facts_.shards);
  const bool told = image->facts().live != published_->facts().live;
  const absl::Status published = co_await Publish(image);
  if (told) co_await ApplySettings(image->config().settings());
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

// Parts that are not topics take what may change while the broker runs.
io::Task<void> Broker::ApplySettings(const config::BrokerSettings& settings) {
  connection_count_.set_limits(CountLimitsOf(settings));
  const auto cleaner = CleanerOf(settings, shards_.size());
  const auto slow = std::chrono::milliseconds(std::max<int64_t>(settings.request_slow_ms, 0));
  for (Shard* shard : facts_.shards) {
    auto set = [&] {
      shard->slow_requests().set_threshold(slow);
      return shard->SetCleaner(cleaner);
    };
    co_await io::CallOn(home(), shard->loop(), set);
  }
}

io::Task<void> Broker::RemoveDoomedLater() {
  const int64_t delay_ms = published_->config().Int("log.segment.delete.delay.ms");
  const auto delay = std::chrono::milliseconds(delay_ms);
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
  co_await monitor_.Close();
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
    auto checkpoints = co_await storage_.Collect(facts_.shards);
    // Only a node that lost nothing anywhere may claim its epoch.
    const int64_t epoch = unclean.empty() ? controller_->image()->broker_epoch() : -1;
    // A manifest is bound to the epoch: without one there is none.
    std::vector<log::Manifest> manifests(checkpoints.size());
    if (epoch >= 0) manifests = co_await storage_.CollectManifests(facts_.shards, epoch);
    first_error.Update(
        co_await storage_.Close(std::move(checkpoints), unclean, std::move(manifests)));
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
