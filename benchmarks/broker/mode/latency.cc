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
  Arrivals(const Window& window, size_t stamp_at, uint64_t run)
      : meter_(window), stamp_at_(stamp_at), run_(run) {}

  void See(Bytes front, io::MonoTime now) {
    const std::optional<io::MonoTime> meant = ReadStamp(front, stamp_at_, run_);
    if (!meant) return;
    const record::BatchView batch(front);
    const auto records = static_cast<uint64_t>(batch.record_count());
    meter_.Done(now, records, batch.size_bytes());
    meter_.Took(*meant, now, records);
  }
  const Meter& meter() const { return meter_; }

 private:
  Meter meter_;
  const size_t stamp_at_;
  const uint64_t run_;
};

io::Task<> ProduceInto(absl::Status& status, Producers& producers, io::Event& stop) {
  status = co_await producers.Run(stop);
}

io::Task<> ReadInto(absl::Status& status, Consumers& consumers, io::Event& stop) {
  status = co_await consumers.Run(stop);
}

// What consumers are told of, they ask for first: they wait at the end before anything is sent.
io::Task<absl::Status> SendAndReceive(Worker& worker, const ProducerPlan& produce,
                                      const ConsumerPlan& consume, size_t front_bytes,
                                      Arrivals& arrivals, Meter& uncounted) {
  Consumers consumers(worker, uncounted, consume);
  Producers producers(worker, produce);
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  CO_RETURN_IF_ERROR(co_await producers.Connect());
  consumers.ShowBatches(front_bytes,
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
  StampedBatch stamped;
  std::unique_ptr<ProduceLoad> produce;
  std::vector<ConsumerPlan> consume;
  uint64_t run = 0;
};

absl::StatusOr<Scene> MakeScene(const Common& common, const LatencyOptions& options,
                                const Topic& topic) {
  Scene scene;
  scene.run = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
  io::Random random(scene.run);
  scene.stamped = MakeStampedBatch(options.produce.batch, scene.run, now_ms, random);
  ASSIGN_OR_RETURN(scene.produce,
                   ProduceLoad::MakeStamped(topic, options.produce, common.threads, scene.stamped));
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
  std::vector<std::unique_ptr<Arrivals>> arrivals(static_cast<size_t>(common.threads));
  const Window never;
  std::vector<std::unique_ptr<Meter>> uncounted(arrivals.size());
  for (auto& meter : uncounted) meter = std::make_unique<Meter>(never);
  const auto body = [&](Worker& worker) {
    const auto index = static_cast<size_t>(worker.index());
    arrivals[index] =
        std::make_unique<Arrivals>(worker.window(), scene.stamped.stamp_at, scene.run);
    return SendAndReceive(worker, scene.produce->PlanFor(worker.index()), scene.consume[index],
                          scene.stamped.front_bytes(), *arrivals[index], *uncounted[index]);
  };
  ASSIGN_OR_RETURN(Figures acknowledged, MeasureTeam(common, body));
  Figures received;
  received.seconds = acknowledged.seconds;
  received.own = acknowledged.own;
  received.broker = acknowledged.broker;
  for (const auto& each : arrivals) each->meter().AddTo(received);
  for (const auto& meter : uncounted) meter->AddTo(received);  // their errors
  RETURN_IF_ERROR(CleanUp(common));
  return Rows{{"acknowledged", std::move(acknowledged)}, {"received", std::move(received)}};
}

}  // namespace varve::bench
