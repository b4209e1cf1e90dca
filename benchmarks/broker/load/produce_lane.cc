#include "benchmarks/broker/load/produce_lane.h"

#include <fmt/format.h>

#include <utility>

#include "benchmarks/broker/frames/answers.h"
#include "engine/base/byte_order.h"

namespace varve::bench {
namespace {

constexpr size_t kPiecesPerFrame = 4;
constexpr uint64_t kFramesPerWrite = 64;

// ApiVersions in its first version, without client id: its answer comes behind everything else.
constexpr std::array<std::byte, 14> kBarrier = {
    std::byte{0},  std::byte{0}, std::byte{0},    std::byte{10},  std::byte{0},
    std::byte{18}, std::byte{0}, std::byte{0},    std::byte{0},   std::byte{0},
    std::byte{0},  std::byte{0}, std::byte{0xff}, std::byte{0xff}};

}  // namespace

ProduceLane::ProduceLane(Worker& worker, Meter& meter, Schedule& schedule,
                         std::unique_ptr<FrameSource> source, const LaneOptions& options,
                         std::unique_ptr<io::Stream> stream)
    : worker_(worker),
      meter_(meter),
      schedule_(schedule),
      source_(std::move(source)),
      options_(options),
      stream_(std::move(stream)),
      wake_(worker.loop()),
      gate_(worker.loop()),
      slots_(static_cast<size_t>(options.in_flight)) {
  pieces_.reserve(kFramesPerWrite * kPiecesPerFrame);
}

void ProduceLane::Queue(io::MonoTime intended) {
  Slot& slot = At(queued_);
  slot.intended = intended;
  slot.frame = &source_->Next(queued_ % slots_.size(), intended);
  slot.head = slot.frame->head;
  StoreBigEndian(slot.head.data() + kCorrelationAt, static_cast<int32_t>(queued_));
  ++queued_;
  wake_.Set();
}

void ProduceLane::Fill(io::MonoTime now) {
  while (!stopping_ && has_room()) {
    const std::optional<io::MonoTime> intended = schedule_.Take(now);
    if (!intended) return;
    Queue(*intended);
  }
}

io::Task<absl::Status> ProduceLane::Run() {
  gate_.Spawn(WriteUntilStopped());
  absl::Status status = co_await Read();
  finished_ = true;
  stream_->Shutdown();
  wake_.Set();
  co_await gate_.Close();
  if (!status.ok()) {
    co_return absl::Status(status.code(),
                           fmt::format("{}, {} requests unanswered: {}", stream_->peer().ToString(),
                                       queued_ - answered_, std::string(status.message())));
  }
  co_return status;
}

void ProduceLane::Stop() {
  stopping_ = true;
  wake_.Set();
  FinishIfDone();
}

void ProduceLane::GiveUp() { stream_->Shutdown(); }

void ProduceLane::FinishIfDone() {
  if (!stopping_ || answered_ < queued_ || !options_.acknowledged) return;
  finished_ = true;
  stream_->Shutdown();  // nobody else ends the reader's waiting
  wake_.Set();
}

io::Task<> ProduceLane::WriteUntilStopped() {
  // A connection that breaks is told of by its reader.
  const absl::Status status = co_await Write();
  if (!status.ok()) stream_->Shutdown();
}

io::Task<absl::Status> ProduceLane::Write() {
  while (!finished_) {
    if (sent_ < queued_) {
      const uint64_t first = sent_;
      GatherUnsent();
      CO_RETURN_IF_ERROR(co_await stream_->Write(pieces_, /*more=*/false));
      if (!options_.acknowledged) CountUnanswered(first);
    } else if (stopping_ && !options_.acknowledged) {
      const Bytes barrier[] = {kBarrier};
      co_return co_await stream_->Write(barrier, /*more=*/false);
    } else {
      wake_.Reset();
      co_await wake_.Wait();
    }
  }
  co_return absl::OkStatus();
}

void ProduceLane::GatherUnsent() {
  pieces_.clear();
  for (uint64_t left = kFramesPerWrite; left > 0 && sent_ < queued_; --left, ++sent_) {
    const Slot& slot = At(sent_);
    pieces_.push_back(slot.head);
    for (const Bytes piece : slot.frame->rest) pieces_.push_back(piece);
  }
}

// With acks=0 what the socket took is done.
void ProduceLane::CountUnanswered(uint64_t first) {
  const io::MonoTime now = worker_.loop().Now();
  for (uint64_t number = first; number < sent_; ++number) {
    const Slot& slot = At(number);
    meter_.Done(now, slot.frame->records, slot.frame->batch_bytes);
  }
  answered_ = sent_;
  Fill(now);
}

io::Task<absl::Status> ProduceLane::Read() {
  const auto on_frame = [this](Bytes frame) { return OnFrame(frame); };
  while (!finished_) {
    const absl::Status readable = co_await stream_->Readable();
    if (finished_) break;
    CO_RETURN_IF_ERROR(readable);
    const absl::StatusOr<size_t> read = stream_->TryRead(worker_.scratch());
    if (absl::IsOutOfRange(read.status())) {
      co_return absl::UnavailableError("the broker closed the connection");
    }
    CO_RETURN_IF_ERROR(read.status());
    if (*read == 0) continue;
    now_ = worker_.loop().Now();
    CO_RETURN_IF_ERROR(splitter_.Feed(worker_.scratch().first(*read), on_frame));
    Fill(now_);
    FinishIfDone();
  }
  co_return absl::OkStatus();
}

absl::Status ProduceLane::OnFrame(Bytes frame) {
  if (options_.acknowledged) return OnAnswer(frame, now_);
  finished_ = stopping_;  // the answer to the barrier
  return absl::OkStatus();
}

absl::Status ProduceLane::OnAnswer(Bytes frame, io::MonoTime now) {
  bool good = true;
  int32_t correlation = 0;
  const auto on_partition = [&](int32_t /*partition*/, wire::ErrorCode error) {
    if (error == wire::ErrorCode::kNone) return;
    good = false;
    meter_.Failed(wire::Name(error));
  };
  if (!ReadProduceAnswer(frame, options_.version, correlation, on_partition)) {
    return absl::DataLossError(fmt::format("{} bytes are no answer to Produce version {}",
                                           frame.size(), options_.version));
  }
  if (answered_ == sent_ || correlation != static_cast<int32_t>(answered_)) {
    return absl::DataLossError(
        fmt::format("request {} was answered, not {}", correlation, answered_));
  }
  const Slot& slot = At(answered_);
  if (good) {
    meter_.Done(now, slot.frame->records, slot.frame->batch_bytes);
    meter_.Took(slot.intended, now);
  }
  ++answered_;
  return absl::OkStatus();
}

}  // namespace varve::bench
