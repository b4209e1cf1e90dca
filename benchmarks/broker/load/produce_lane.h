#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/broker/frames/frame_splitter.h"
#include "benchmarks/broker/load/frame_source.h"
#include "benchmarks/broker/load/schedule.h"
#include "benchmarks/broker/load/team.h"
#include "engine/io/net.h"

namespace varve::bench {

struct LaneOptions {
  int in_flight = 5;
  int version = 0;           // of Produce
  bool acknowledged = true;  // false: acks=0, nothing comes back
};

// One connection to a broker that produces: as many requests under way as there are slots, all
// that are due sent in one gathered write. In the steady state nothing is allocated.
//
// Lifetime  Worker, meter and schedule outlive it.
// Threads   The worker's.
class ProduceLane {
 public:
  ProduceLane(Worker& worker, Meter& meter, Schedule& schedule, std::unique_ptr<FrameSource> source,
              const LaneOptions& options, std::unique_ptr<io::Stream> stream);

  // Sends what it is given until Stop; done when all of it is answered.
  // Errors    Unavailable: the connection broke. DataLoss: what came is no answer.
  io::Task<absl::Status> Run();

  bool has_room() const { return queued_ - answered_ < slots_.size(); }
  // Requires: has_room().
  void Queue(io::MonoTime intended);
  // Queues what the schedule has due, as far as there is room.
  void Fill(io::MonoTime now);
  void Stop();
  // For one whose answers do not come: Run returns an error.
  void GiveUp();

 private:
  struct Slot {
    io::MonoTime intended;
    const Frame* frame = nullptr;
    FrameHead head;
  };

  Slot& At(uint64_t number) { return slots_[number % slots_.size()]; }
  io::Task<> WriteUntilStopped();
  io::Task<absl::Status> Write();
  void GatherUnsent();
  void CountUnanswered(uint64_t first);
  io::Task<absl::Status> Read();
  absl::Status OnFrame(Bytes frame);
  absl::Status OnAnswer(Bytes frame, io::MonoTime now);
  void FinishIfDone();

  Worker& worker_;
  Meter& meter_;
  Schedule& schedule_;
  const std::unique_ptr<FrameSource> source_;
  const LaneOptions options_;
  const std::unique_ptr<io::Stream> stream_;
  io::Event wake_;
  io::Gate gate_;
  FrameSplitter splitter_;
  std::vector<Slot> slots_;
  std::vector<Bytes> pieces_;  // of one write

  // Numbers of requests: answered_ <= sent_ <= queued_ <= answered_ + slots_.size().
  uint64_t answered_ = 0;
  uint64_t sent_ = 0;
  uint64_t queued_ = 0;
  bool stopping_ = false;
  bool finished_ = false;
  io::MonoTime now_{};  // when what is being processed arrived
};

}  // namespace varve::bench
