#include "benchmarks/broker/load/producers.h"

#include <utility>

#include "benchmarks/broker/load/patience.h"

namespace varve::bench {
namespace {

// Ends connections whose answers stay out.
class DrainTimer : public io::Timer {
 public:
  explicit DrainTimer(std::vector<std::unique_ptr<ProduceLane>>& lanes)
      : io::Timer(&Fire), lanes_(lanes) {}

 private:
  static void Fire(io::Timer& timer) {
    for (const auto& lane : static_cast<DrainTimer&>(timer).lanes_) lane->GiveUp();
  }

  std::vector<std::unique_ptr<ProduceLane>>& lanes_;
};

}  // namespace

io::Task<absl::Status> Producers::Connect() {
  io::Loop& loop = worker_.loop();
  for (const LanePlan& plan : plan_.lanes) {
    CO_ASSIGN_OR_RETURN(std::unique_ptr<io::Stream> stream,
                        co_await loop.net().Connect(plan.broker, loop.Now() + kConnectPatience));
    lanes_.push_back(std::make_unique<ProduceLane>(worker_, meter_, schedule_, plan.source(),
                                                   plan_.options, std::move(stream)));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Producers::Run(io::Event& stop) {
  io::Loop& loop = worker_.loop();
  io::Gate gate(loop);
  schedule_ = Schedule(plan_.rate, loop.Now() + plan_.offset);
  Metronome metronome(loop, [this] { Tick(); });
  for (const auto& lane : lanes_) {
    gate.Spawn(RunLane(*lane));
    if (schedule_.unlimited()) lane->Fill(loop.Now());
  }
  if (!schedule_.unlimited()) metronome.Start(schedule_.NextDue(), schedule_.interval());
  co_await stop.Wait();
  co_await metronome.Stop();
  DrainTimer drain(lanes_);
  loop.timers().Add(drain, loop.Now() + kAnswerPatience);
  for (const auto& lane : lanes_) lane->Stop();
  co_await gate.Close();
  co_return failure_;
}

io::Task<> Producers::RunLane(ProduceLane& lane) {
  absl::Status status = co_await lane.Run();
  if (status.ok()) co_return;
  if (failure_.ok()) failure_ = status;
  worker_.Fail(std::move(status));
}

// What is due goes to the connections in turn. What finds no room waits for an answer.
void Producers::Tick() {
  const io::MonoTime now = worker_.loop().Now();
  while (ProduceLane* lane = NextWithRoom()) {
    const std::optional<io::MonoTime> intended = schedule_.Take(now);
    if (!intended) return;
    lane->Queue(*intended);
    next_lane_ = (next_lane_ + 1) % lanes_.size();
  }
}

ProduceLane* Producers::NextWithRoom() {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    ProduceLane& lane = *lanes_[next_lane_];
    if (lane.has_room()) return &lane;
    next_lane_ = (next_lane_ + 1) % lanes_.size();
  }
  return nullptr;
}

}  // namespace varve::bench
