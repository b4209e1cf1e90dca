#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "benchmarks/broker/frames/fetch_frame.h"
#include "benchmarks/broker/frames/fetch_walk.h"
#include "benchmarks/broker/load/team.h"
#include "engine/io/net.h"

namespace varve::bench {

// One partition, as one consumer reads it.
struct ReadPlan {
  int32_t partition = 0;
  int64_t offset = 0;  // where it begins
  // Reading begins again at `first` when it comes to `end`; without an end it waits there.
  int64_t first = 0;
  int64_t end = kNoEnd;
  bool once = false;  // the connection ends when it has come to the end of all of them

  static constexpr int64_t kNoEnd = -1;
};

// One connection to a broker that consumes: a request under way for each of its partitions, the
// next one sent when the answer is there. Records are counted by the headers of their batches.
//
// A broker answers in turn: where it waits for records of one partition, the others wait as well.
// Who reads at the end of a log has a connection for each partition.
//
// Lifetime  Worker and meter outlive it.
// Threads   The worker's.
class ConsumeLane {
 public:
  ConsumeLane(Worker& worker, Meter& meter, const FetchShape& shape,
              std::unique_ptr<io::Stream> stream);

  absl::Status Add(const ReadPlan& plan);
  // Shows the beginning of each batch, with the time that it arrived at.
  using OnBatch = std::function<void(Bytes front, io::MonoTime now)>;
  void ShowBatches(size_t front_bytes, OnBatch on_batch);

  // Reads until Stop, which leaves what is under way unanswered, or until all was read that is to
  // be read once.
  // Errors    Unavailable: the connection broke. DataLoss: what came is no answer, or does not
  //           lead on.
  io::Task<absl::Status> Run();
  void Stop();

 private:
  struct Reading {
    ReadPlan plan;
    FetchFrame frame;
    io::MonoTime sent;
    bool complete = false;  // came to its end
  };

  io::Task<> WriteUntilStopped();
  io::Task<absl::Status> Write();
  void GatherDue();
  io::Task<absl::Status> Read();
  absl::Status OnAnswer(const FetchWalk::Answer& answer);
  absl::Status Advance(Reading& reading, const FetchWalk::Answer& answer);
  void StopIfComplete();
  Reading& At(uint64_t number) { return readings_[number % readings_.size()]; }

  Worker& worker_;
  Meter& meter_;
  const FetchShape shape_;
  const std::unique_ptr<io::Stream> stream_;
  FetchWalk walk_;
  io::Event wake_;
  io::Gate gate_;
  std::vector<Reading> readings_;
  std::vector<Bytes> pieces_;

  // Numbers of requests, which go through the partitions in turn.
  uint64_t answered_ = 0;
  uint64_t sent_ = 0;
  bool stopping_ = false;
  io::MonoTime now_{};
};

}  // namespace varve::bench
