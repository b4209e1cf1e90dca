#include "benchmarks/broker/load/consumers.h"

#include <utility>

#include "benchmarks/broker/load/patience.h"
#include "engine/base/status.h"

namespace varve::bench {

io::Task<absl::Status> Consumers::Connect() {
  io::Loop& loop = worker_.loop();
  for (const ReadLanePlan& plan : plan_.lanes) {
    CO_ASSIGN_OR_RETURN(std::unique_ptr<io::Stream> stream,
                        co_await loop.net().Connect(plan.broker, loop.Now() + kConnectPatience));
    lanes_.push_back(
        std::make_unique<ConsumeLane>(worker_, meter_, plan_.shape, std::move(stream)));
    for (const ReadPlan& partition : plan.partitions) {
      CO_RETURN_IF_ERROR(lanes_.back()->Add(partition));
    }
  }
  co_return absl::OkStatus();
}

void Consumers::ShowBatches(size_t front_bytes, const ConsumeLane::OnBatch& on_batch) {
  for (const auto& lane : lanes_) lane->ShowBatches(front_bytes, on_batch);
}

io::Task<absl::Status> Consumers::Run(io::Event& stop) {
  io::Gate gate(worker_.loop());
  running_ = lanes_.size();
  for (const auto& lane : lanes_) gate.Spawn(RunLane(*lane, stop));
  co_await stop.Wait();
  for (const auto& lane : lanes_) lane->Stop();
  co_await gate.Close();
  co_return failure_;
}

io::Task<> Consumers::RunLane(ConsumeLane& lane, io::Event& stop) {
  absl::Status status = co_await lane.Run();
  if (--running_ == 0) stop.Set();
  if (status.ok()) co_return;
  if (failure_.ok()) failure_ = status;
  worker_.Fail(std::move(status));
}

}  // namespace varve::bench
