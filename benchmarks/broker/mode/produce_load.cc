#include "benchmarks/broker/mode/produce_load.h"

#include <chrono>
#include <utility>

#include "benchmarks/broker/load/stamped_frames.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

constexpr uint64_t kSeed = 1;  // every run sends the same records

int64_t WallMillis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProduceLoad>> ProduceLoad::Make(const Topic& topic,
                                                               const ProduceShape& shape,
                                                               int workers) {
  auto load = std::make_unique<ProduceLoad>();
  RETURN_IF_ERROR(load->MakeFrames(topic, shape, nullptr));
  load->MakePlans(topic, shape, workers, [](const std::vector<Frame>& frames, size_t first) {
    return std::make_unique<FramesInTurn>(frames, first);
  });
  return load;
}

absl::StatusOr<std::unique_ptr<ProduceLoad>> ProduceLoad::MakeStamped(const Topic& topic,
                                                                      const ProduceShape& shape,
                                                                      int workers,
                                                                      const StampedBatch& stamped) {
  auto load = std::make_unique<ProduceLoad>();
  RETURN_IF_ERROR(load->MakeFrames(topic, shape, &stamped.batch));
  const auto slots = static_cast<size_t>(shape.in_flight);
  const size_t stamp_at = stamped.stamp_at;
  load->MakePlans(topic, shape, workers, [=](const std::vector<Frame>& frames, size_t first) {
    return std::make_unique<StampedFrames>(frames, first, stamp_at, slots);
  });
  return load;
}

absl::Status ProduceLoad::MakeFrames(const Topic& topic, const ProduceShape& shape,
                                     const Buffer* batch) {
  ProduceTarget target;
  target.topic = topic.name;
  target.topic_id = topic.id;
  target.version = topic.produce_version;
  target.acks = static_cast<int16_t>(shape.acks);
  const int64_t now_ms = WallMillis();
  for (const io::Endpoint& leader : topic.Leaders()) {
    io::Random random(kSeed);
    const std::vector<int32_t> led = topic.LedBy(leader);
    absl::StatusOr<ProduceFrames> frames = absl::UnknownError("");
    if (shape.batch.keys > 0) {
      frames = ProduceFrames::Keyed(target, led, static_cast<int32_t>(topic.partitions.size()),
                                    shape.batch, now_ms, random);
    } else {
      Buffer same = batch != nullptr ? *batch : MakeBatch(shape.batch, now_ms, random);
      frames = ProduceFrames::SameBatch(target, led, std::move(same));
    }
    RETURN_IF_ERROR(frames.status());
    frames_.emplace(leader.ToString(), *std::move(frames));
  }
  return absl::OkStatus();
}

void ProduceLoad::MakePlans(const Topic& topic, const ProduceShape& shape, int workers,
                            const NewSource& new_source) {
  const std::vector<io::Endpoint> leaders = topic.Leaders();
  plans_.resize(static_cast<size_t>(workers));
  for (size_t i = 0; i < plans_.size(); ++i) {
    ProducerPlan& plan = plans_[i];
    plan.options = {shape.in_flight, topic.produce_version, shape.acks != 0};
    plan.rate = shape.Rate() / workers;
    if (plan.rate > 0) {
      plan.offset = io::Duration(static_cast<int64_t>(1e9 / shape.Rate() * static_cast<double>(i)));
    }
  }
  // Connections to the same broker begin at different partitions, as far apart as there are.
  for (size_t i = 0; i < static_cast<size_t>(shape.connections); ++i) {
    const io::Endpoint& leader = leaders[i % leaders.size()];
    const std::vector<Frame>& frames = frames_.at(leader.ToString()).frames();
    const size_t first = i * frames.size() / static_cast<size_t>(shape.connections);
    const auto source = [&frames, first, new_source] { return new_source(frames, first); };
    plans_[i % plans_.size()].lanes.push_back({leader, source});
  }
}

io::Task<absl::Status> ProduceAs(Worker& worker, const ProducerPlan& plan) {
  return ProduceAs(worker, worker.meter(), plan);
}

io::Task<absl::Status> ProduceAs(Worker& worker, Meter& meter, const ProducerPlan& plan) {
  Producers producers(worker, meter, plan);
  CO_RETURN_IF_ERROR(co_await producers.Connect());
  co_await worker.Begin();
  co_return co_await producers.Run(worker.stop());
}

}  // namespace varve::bench
