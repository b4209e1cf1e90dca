#include <chrono>
#include <memory>
#include <random>

#include "benchmarks/broker/frames/stamp.h"
#include "benchmarks/broker/load/consumers.h"
#include "benchmarks/broker/load/stamped_frames.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

// What comes back of the records that one worker's consumers see.
class Arrivals {
 public:
  Arrivals(Meter& meter, size_t stamp_at, uint64_t run)
      : meter_(meter), stamp_at_(stamp_at), run_(run) {}

  void See(Bytes front, io::MonoTime now) {
    const std::optional<io::MonoTime> meant = ReadStamp(front, stamp_at_, run_);
    if (!meant) return;
    const record::BatchView batch(front);
    const auto records = static_cast<uint64_t>(batch.record_count());
    meter_.Done(now, records, batch.size_bytes());
    meter_.Took(*meant, now, records);
  }

 private:
  Meter& meter_;
  const size_t stamp_at_;
  const uint64_t run_;
};

io::Task<> ProduceInto(absl::Status& status, Producers& producers, io::Event& stop) {
  status = co_await producers.Run(stop);
}

io::Task<> ReadInto(absl::Status& status, Consumers& consumers, io::Event& stop) {
  status = co_await consumers.Run(stop);
}

struct Stamped {
  StampedBatch batch;
  uint64_t run = 0;
};

// Of one worker, beside its own, which counts what was received. What consumers get besides that
// is not counted: a window that never begins.
struct Meters {
  explicit Meters(const Window& window) : acknowledged(window) {}

  Meter acknowledged;
  Window never;
  Meter uncounted{never};
};

// What consumers are told of, they ask for first: they wait at the end before anything is sent.
io::Task<absl::Status> SendAndReceive(Worker& worker, const ProducerPlan& produce,
                                      const ConsumerPlan& consume, const Stamped& stamped,
                                      Meters& meters) {
  Consumers consumers(worker, meters.uncounted, consume);
  Producers producers(worker, meters.acknowledged, produce);
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  CO_RETURN_IF_ERROR(co_await producers.Connect());
  Arrivals arrivals(worker.meter(), stamped.batch.stamp_at, stamped.run);
  consumers.ShowBatches(stamped.batch.front_bytes(),
                        [&arrivals](Bytes front, io::MonoTime now) { arrivals.See(front, now); });
  co_await worker.Begin();
  io::Gate gate(worker.loop());
  absl::Status read;
  absl::Status produced;
  gate.Spawn(ReadInto(read, consumers, worker.stop()));
  gate.Spawn(ProduceInto(produced, producers, worker.stop()));
  co_await gate.Close();
  produced.Update(read);
  co_return produced;
}

struct Scene {
  Stamped stamped;
  std::unique_ptr<ProduceLoad> produce;
  std::vector<ConsumerPlan> consume;
};

absl::StatusOr<Scene> MakeScene(const Common& common, const LatencyOptions& options,
                                const Topic& topic) {
  Scene scene;
  const uint64_t run = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
  io::Random random(run);
  scene.stamped = {MakeStampedBatch(options.produce.batch, run, now_ms, random), run};
  ASSIGN_OR_RETURN(scene.produce, ProduceLoad::MakeStamped(topic, options.produce, common.threads,
                                                           scene.stamped.batch));
  ASSIGN_OR_RETURN(const std::vector<Extent> extents, ExtentsOf(common, topic));
  const ConsumeShape shape{.tail = true, .consumers = options.consumers};
  ASSIGN_OR_RETURN(scene.consume, PlanConsumers(topic, extents, shape, common.threads));
  return scene;
}

}  // namespace

absl::StatusOr<Rows> RunLatency(const Common& common, const LatencyOptions& options) {
  if (options.produce.batch.keys > 0 || options.produce.batch.codec != record::Codec::kNone) {
    return absl::InvalidArgumentError("latency: records have neither keys nor a codec");
  }
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  ASSIGN_OR_RETURN(const Scene scene, MakeScene(common, options, topic));
  std::vector<std::unique_ptr<Meters>> meters(static_cast<size_t>(common.threads));
  const auto body = [&](Worker& worker) {
    const auto index = static_cast<size_t>(worker.index());
    meters[index] = std::make_unique<Meters>(worker.window());
    return SendAndReceive(worker, scene.produce->PlanFor(worker.index()), scene.consume[index],
                          scene.stamped, *meters[index]);
  };
  ASSIGN_OR_RETURN(Figures received, MeasureTeam(common, body));
  Figures acknowledged;
  acknowledged.seconds = received.seconds;
  acknowledged.own = received.own;
  acknowledged.broker = received.broker;
  for (const auto& each : meters) each->acknowledged.AddTo(acknowledged);
  for (const auto& each : meters) each->uncounted.AddTo(received);  // their errors
  CleanUp(common);
  return Rows{{"acknowledged", std::move(acknowledged)}, {"received", std::move(received)}};
}

}  // namespace varve::bench
