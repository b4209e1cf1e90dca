#include "benchmarks/broker/limit/echo_server.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "benchmarks/broker/frames/produce_frames.h"
#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "server/wire/message.h"
#include "server/wire/produce.h"

namespace varve::bench {
namespace {

constexpr size_t kHotBytes = 256 << 10;

absl::StatusOr<Buffer> GoodAnswer() {
  wire::ProduceResponse response;
  response.topics.emplace_back().name = "varve-bench";
  response.topics.back().partitions.emplace_back();
  Buffer answer;
  std::vector<wire::Splice> splices;
  RETURN_IF_ERROR(wire::EncodeResponse(0, EchoServer::kVersion, response, answer, splices));
  return answer;
}

// Finds the requests in what one connection receives, and appends an answer for each.
class Answering {
 public:
  Answering(const Buffer& answer, Buffer& out) : answer_(answer), out_(out) {}

  void Take(Bytes input) {
    while (!input.empty()) {
      if (skip_ > 0) {
        const size_t skipped = std::min(skip_, input.size());
        input = input.subspan(skipped);
        skip_ -= skipped;
        if (skip_ == 0) Answer();
      } else {
        head_[head_bytes_++] = input.front();
        input = input.subspan(1);
        if (head_bytes_ == head_.size()) ReadHead();
      }
    }
  }

 private:
  void ReadHead() {
    constexpr size_t kCounted = kFrameHeadBytes - wire::kFrameSizeBytes;
    const size_t size = LoadBigEndian<uint32_t>(head_.data());
    skip_ = std::max(size, kCounted + 1) - kCounted;
    head_bytes_ = 0;
  }
  void Answer() {
    const size_t at = out_.size();
    Append(out_, answer_);
    std::copy_n(head_.begin() + kCorrelationAt, sizeof(int32_t),
                out_.begin() + static_cast<ptrdiff_t>(at + wire::kFrameSizeBytes));
  }

  const Buffer& answer_;
  Buffer& out_;
  FrameHead head_{};
  size_t head_bytes_ = 0;
  size_t skip_ = 0;
};

}  // namespace

EchoServer::~EchoServer() {
  if (!thread_.joinable()) return;
  loop_->Post(stop_work_);
  thread_.join();
}

void EchoServer::StopWork::Run(io::Work& work) { static_cast<StopWork&>(work).server.stop_->Set(); }

absl::StatusOr<io::Endpoint> EchoServer::Start() {
  ASSIGN_OR_RETURN(answer_, GoodAnswer());
  hot_.resize(kHotBytes);
  ASSIGN_OR_RETURN(loop_, backend_.NewLoop());
  stop_ = std::make_unique<io::Event>(*loop_);
  thread_ = std::thread([this] {
    io::StartDetached(Listen());
    loop_->Run();
  });
  port_.wait(kNotYet);
  if (port_ == kFailed) return absl::UnavailableError("cannot listen on 127.0.0.1");
  return io::Endpoint{"127.0.0.1", static_cast<uint16_t>(port_.load())};
}

double EchoServer::CpuSeconds() {
  clockid_t clock{};
  timespec now{};
  if (::pthread_getcpuclockid(thread_.native_handle(), &clock) != 0) return 0;
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

io::Task<> EchoServer::Listen() {
  io::Endpoint any{"127.0.0.1", 0};
  io::ListenOptions options;
  options.backlog = 1024;
  absl::StatusOr<std::unique_ptr<io::Listener>> listener =
      co_await loop_->net().Listen(any, options);
  port_.store(listener.ok() ? (*listener)->local().port : kFailed);
  port_.notify_all();
  if (listener.ok()) {
    io::Gate gate(*loop_);
    gate.Spawn(Accept(**listener));
    co_await stop_->Wait();
    (*listener)->Shutdown();
    co_await gate.Close();
  } else {
    co_await stop_->Wait();
  }
  loop_->Stop();
}

// Connections end when their clients end them, which all have by the time of the stop.
io::Task<> EchoServer::Accept(io::Listener& listener) {
  io::Gate gate(*loop_);
  const io::StreamOptions options;
  while (!stop_->is_set()) {
    absl::StatusOr<std::unique_ptr<io::Socket>> socket = co_await listener.Accept();
    if (socket.ok()) gate.Spawn(Serve(loop_->net().Adopt(*std::move(socket), options)));
  }
  co_await gate.Close();
}

io::Task<> EchoServer::Serve(std::unique_ptr<io::Stream> stream) {
  Buffer out;
  Answering answering(answer_, out);
  for (;;) {
    const absl::Status readable = co_await stream->Readable();
    if (!readable.ok()) co_return;
    const absl::StatusOr<size_t> read = stream->TryRead(hot_);
    if (!read.ok()) co_return;
    answering.Take(Bytes(hot_).first(*read));
    const Bytes pieces[] = {out};
    const absl::Status sent = co_await stream->Write(pieces, /*more=*/false);
    if (!sent.ok()) co_return;
    out.clear();
  }
}

}  // namespace varve::bench
