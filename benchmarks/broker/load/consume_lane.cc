#include "benchmarks/broker/load/consume_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"

namespace varve::bench {

ConsumeLane::ConsumeLane(Worker& worker, Meter& meter, const FetchShape& shape,
                         std::unique_ptr<io::Stream> stream)
    : worker_(worker),
      meter_(meter),
      shape_(shape),
      stream_(std::move(stream)),
      walk_(shape.version, [this](const FetchWalk::Answer& answer) { return OnAnswer(answer); }),
      wake_(worker.loop()),
      gate_(worker.loop()) {}

absl::Status ConsumeLane::Add(const ReadPlan& plan) {
  ASSIGN_OR_RETURN(FetchFrame frame, FetchFrame::Make(shape_, plan.partition));
  readings_.push_back({plan, std::move(frame), {}, false});
  pieces_.reserve(readings_.size());
  return absl::OkStatus();
}

void ConsumeLane::ShowBatches(size_t front_bytes, OnBatch on_batch) {
  walk_.ShowBatches(front_bytes,
                    [this, on_batch = std::move(on_batch)](Bytes front) { on_batch(front, now_); });
}

io::Task<absl::Status> ConsumeLane::Run() {
  gate_.Spawn(WriteUntilStopped());
  absl::Status status = co_await Read();
  if (stopping_) status = absl::OkStatus();
  Stop();
  co_await gate_.Close();
  if (!status.ok()) {
    co_return absl::Status(status.code(), fmt::format("{}: {}", stream_->peer().ToString(),
                                                      std::string(status.message())));
  }
  co_return status;
}

void ConsumeLane::Stop() {
  stopping_ = true;
  stream_->Shutdown();
  wake_.Set();
}

io::Task<> ConsumeLane::WriteUntilStopped() {
  // A connection that breaks is told of by its reader.
  const absl::Status status = co_await Write();
  if (!status.ok()) stream_->Shutdown();
}

io::Task<absl::Status> ConsumeLane::Write() {
  while (!stopping_) {
    if (sent_ < answered_ + readings_.size()) {
      GatherDue();
      CO_RETURN_IF_ERROR(co_await stream_->Write(pieces_, /*more=*/false));
    } else {
      wake_.Reset();
      co_await wake_.Wait();
    }
  }
  co_return absl::OkStatus();
}

void ConsumeLane::GatherDue() {
  pieces_.clear();
  const io::MonoTime now = worker_.loop().Now();
  for (; sent_ < answered_ + readings_.size(); ++sent_) {
    Reading& reading = At(sent_);
    reading.sent = now;
    pieces_.push_back(reading.frame.At(static_cast<int32_t>(sent_), reading.plan.offset));
  }
}

io::Task<absl::Status> ConsumeLane::Read() {
  while (!stopping_) {
    CO_RETURN_IF_ERROR(co_await stream_->Readable());
    const absl::StatusOr<size_t> read = stream_->TryRead(worker_.scratch());
    if (absl::IsOutOfRange(read.status())) {
      co_return absl::UnavailableError("the broker closed the connection");
    }
    CO_RETURN_IF_ERROR(read.status());
    now_ = worker_.loop().Now();
    CO_RETURN_IF_ERROR(walk_.Feed(worker_.scratch().first(*read)));
    // Somebody else's turn: a fast broker always has more.
    co_await io::Yield{worker_.loop()};
  }
  co_return absl::OkStatus();
}

absl::Status ConsumeLane::OnAnswer(const FetchWalk::Answer& answer) {
  if (answered_ == sent_ || answer.head.correlation_id != static_cast<int32_t>(answered_)) {
    return absl::DataLossError(
        fmt::format("request {} was answered, not {}", answer.head.correlation_id, answered_));
  }
  Reading& reading = At(answered_);
  ++answered_;
  wake_.Set();
  // Retention may have taken what was first.
  reading.plan.first = std::max(reading.plan.first, answer.head.log_start_offset);
  if (answer.head.error != wire::ErrorCode::kNone) {
    meter_.Failed(wire::Name(answer.head.error));
    reading.plan.offset = reading.plan.first;
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(Advance(reading, answer));
  if (reading.complete) StopIfComplete();
  if (answer.batches == 0) return absl::OkStatus();
  meter_.Done(now_, answer.records, answer.batch_bytes);
  // At the end of a log the time is that of the waiting for records.
  if (reading.plan.end != ReadPlan::kNoEnd) meter_.Took(reading.sent, now_);
  return absl::OkStatus();
}

absl::Status ConsumeLane::Advance(Reading& reading, const FetchWalk::Answer& answer) {
  ReadPlan& plan = reading.plan;
  if (answer.batches > 0 && answer.next_offset <= plan.offset) {
    return absl::DataLossError(
        fmt::format("partition {} was asked for offset {}, and the answer ends at {}",
                    plan.partition, plan.offset, answer.next_offset));
  }
  if (answer.batches > 0) plan.offset = answer.next_offset;
  const bool at_end = plan.end != ReadPlan::kNoEnd && plan.offset >= plan.end;
  if (at_end || (answer.batches == 0 && plan.end != ReadPlan::kNoEnd)) {
    reading.complete = plan.once;
    plan.offset = plan.first;
  }
  return absl::OkStatus();
}

void ConsumeLane::StopIfComplete() {
  if (std::ranges::all_of(readings_, [](const Reading& one) { return one.complete; })) Stop();
}

}  // namespace varve::bench
