#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "engine/io/pool.h"
#include "server/broker/broker.h"
#include "server/logging.h"

// How the broker comes to its logs. It serves when all are open, but waits no longer than a moment
// for those that have to be recovered: they follow as they are ready, and until then those who ask
// for them are told to ask again.
namespace varve::broker {
namespace {

constexpr io::Duration kPatience = std::chrono::seconds(1);
// What is opened is served after so long at the latest, unless one log alone takes longer.
constexpr io::Duration kServeEvery = std::chrono::milliseconds(500);
constexpr io::Duration kTellEvery = std::chrono::seconds(3);

}  // namespace

io::Task<absl::Status> Broker::OpenLogs() {
  std::vector<log::TopicPartition> lost_tails;
  const cluster::ImageRef image = controller_->image();
  co_await storage_.BeginRun(controller_->last_broker_epoch(), image->broker_epoch());
  co_await storage_.OpenFirst(image, facts_.shards, lost_tails);
  logs_open_ = true;
  CO_RETURN_IF_ERROR(co_await Publish(image));
  controller_->set_listener(this);
  CO_RETURN_IF_ERROR(co_await ServeOpened(std::move(lost_tails)));
  gate_.Spawn(OpenRest());
  const bool all = co_await all_open_.WaitUntil(home().Now() + kPatience);
  LogInfo("node {} of cluster {} has {} partitions of {} topics{}", facts_.node_id,
          image->cluster_id(), image->partition_count(), image->topic_count(),
          all ? "" : "; some are still to be recovered");
  co_return absl::OkStatus();
}

io::Task<void> Broker::OpenRest() {
  const auto& [opened, total] = storage_.opening();
  std::vector<log::TopicPartition> lost_tails;
  io::MonoTime tell = home().Now() + kTellEvery;
  bool served = true;
  while ((opened < total || !served) && !stop_.is_set()) {
    const io::MonoTime serve = home().Now() + kServeEvery;
    while (opened < total && !stop_.is_set() && home().Now() < serve) {
      co_await storage_.OpenSome(published_, facts_.shards, lost_tails);
    }
    const absl::Status status = co_await ServeOpened(lost_tails);
    served = status.ok();
    if (served) {
      lost_tails.clear();
    } else {
      LogError("logs that were opened cannot be served yet: {}", status.ToString());
      static_cast<void>(co_await io::SleepUnless(stop_, kTellEvery));
    }
    if (home().Now() < tell) continue;
    LogInfo("opened {} of {} logs", opened, total);
    tell = home().Now() + kTellEvery;
  }
  if (opened == total) co_await storage_.Recovered();
  // Much was needed once, and the allocator would keep it.
  auto give_back = [] { return malloc_trim(0); };
  static_cast<void>(co_await io::Offload(home(), give_back));
  all_open_.Set();
}

// What was opened goes into service.
io::Task<absl::Status> Broker::ServeOpened(std::vector<log::TopicPartition> lost_tails) {
  CO_RETURN_IF_ERROR(co_await BeginEpochs(std::move(lost_tails)));
  // What recovery made durable is noted before anything is served: a stored recovery point above
  // the end of a log that lost its tail would vouch for what comes to lie there next.
  co_await storage_.WriteCheckpoints(facts_.shards);
  for (Shard* shard : facts_.shards) {
    auto serve = [shard] { return shard->ServeOpened(); };
    co_await io::CallOn(home(), shard->loop(), serve);
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Broker::BeginEpochs(std::vector<log::TopicPartition> lost_tails) {
  const auto gone = [this](const log::TopicPartition& name) {
    return controller_->image()->FindPartition(name.topic, name.partition) == nullptr;
  };
  for (;;) {
    std::erase_if(lost_tails, gone);
    if (lost_tails.empty()) co_return absl::OkStatus();
    LogWarning("{} logs may have lost a tail and begin a new leader epoch", lost_tails.size());
    absl::Status begun = co_await controller_->BeginLeaderEpochs(lost_tails);
    // NotFound: one was deleted meanwhile.
    if (!absl::IsNotFound(begun)) co_return begun;
  }
}

}  // namespace varve::broker
