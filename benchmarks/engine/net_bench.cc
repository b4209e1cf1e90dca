#include <benchmark/benchmark.h>
#include <time.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/backend.h"
#include "engine/io/net.h"
#include "engine/io/sync.h"

// Requests of 300 bytes and answers of 60 between two threads over loopback. What counts is
// cpu_us: the serving thread's CPU time for each request.

namespace varve::io {
namespace {

constexpr size_t kRequestBytes = 300;
constexpr size_t kAnswerBytes = 60;
constexpr int kConnections = 16;

template <typename T>
T Must(absl::StatusOr<T> value) {
  VARVE_CHECK(value.ok(), "{}", std::string(value.status().message()));
  return *std::move(value);
}

double ThreadCpuMicros() {
  timespec now;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::unique_ptr<Backend> Open(BackendKind kind, const char* features) {
  BackendOptions options;
  options.kind = kind;
  options.features = Must(Features::Parse(features));
  return Must(OpenBackend(options));
}

// Answers every whole request that a wake-up brought with one write.
Task<void> Serve(std::unique_ptr<Stream> stream) {
  Buffer in(64 * 1024);
  const Buffer answers(kAnswerBytes * (in.size() / kRequestBytes + 1));
  size_t pending = 0;
  for (;;) {
    if (!(co_await stream->Readable()).ok()) co_return;
    const absl::StatusOr<size_t> size = stream->TryRead(in);
    if (!size.ok()) co_return;
    pending += *size;
    const Bytes pieces[] = {Bytes(answers).first(pending / kRequestBytes * kAnswerBytes)};
    pending %= kRequestBytes;
    if (!pieces[0].empty() && !(co_await stream->Write(pieces, false)).ok()) co_return;
  }
}

class Server {
 public:
  Server(BackendKind kind, const char* features)
      : backend_(Open(kind, features)), loop_(Must(backend_->NewLoop())) {
    thread_ = std::thread([this] {
      StartDetached(Run());
      loop_->Run();
    });
    port_.wait(0);
  }
  ~Server() { thread_.join(); }

  Endpoint endpoint() const { return {"127.0.0.1", static_cast<uint16_t>(port_.load())}; }
  double cpu_micros() const { return cpu_micros_.load(); }

 private:
  Task<void> Run() {
    Endpoint any{"127.0.0.1", 0};
    const ListenOptions options;
    const auto listener = Must(co_await loop_->net().Listen(any, options));
    port_.store(listener->local().port);
    port_.notify_all();
    Gate gate(*loop_);
    const StreamOptions stream_options;
    for (int i = 0; i < kConnections; ++i) {
      auto socket = Must(co_await listener->Accept());
      gate.Spawn(Serve(loop_->net().Adopt(std::move(socket), stream_options)));
    }
    const double before = ThreadCpuMicros();
    co_await gate.Close();
    cpu_micros_.store(ThreadCpuMicros() - before);
    loop_->Stop();
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Loop> loop_;
  std::atomic<int> port_{0};
  std::atomic<double> cpu_micros_{0};
  std::thread thread_;
};

Task<void> Ask(Stream& stream, int rounds, int in_flight) {
  const Buffer requests(kRequestBytes * static_cast<size_t>(in_flight));
  Buffer answers(kAnswerBytes * static_cast<size_t>(in_flight));
  const Bytes pieces[] = {requests};
  for (int round = 0; round < rounds; ++round) {
    VARVE_CHECK((co_await stream.Write(pieces, false)).ok());
    for (size_t got = 0; got < answers.size();) got += Must(co_await stream.Read(answers));
  }
}

Task<void> AskAll(Loop& loop, Endpoint server, int rounds, int in_flight) {
  std::vector<std::unique_ptr<Stream>> streams;
  Gate gate(loop);
  for (int i = 0; i < kConnections; ++i) {
    streams.push_back(Must(co_await loop.net().Connect(server, kNever)));
  }
  for (const auto& stream : streams) gate.Spawn(Ask(*stream, rounds, in_flight));
  co_await gate.Close();
  streams.clear();
  loop.Stop();
}

void BM_Requests(benchmark::State& state, BackendKind kind, const char* features) {
  const auto in_flight = static_cast<int>(state.range(0));
  constexpr int kRounds = 2000;
  const std::unique_ptr<Backend> backend = Open(BackendKind::kEpoll, "all");
  double cpu_micros = 0;
  double requests = 0;
  for (auto _ : state) {
    auto server = std::make_unique<Server>(kind, features);
    const std::unique_ptr<Loop> loop = Must(backend->NewLoop());
    StartDetached(AskAll(*loop, server->endpoint(), kRounds, in_flight));
    loop->Run();
    state.PauseTiming();
    const Server* finished = server.get();
    while (finished->cpu_micros() == 0) std::this_thread::yield();
    cpu_micros += finished->cpu_micros();
    requests += static_cast<double>(kRounds) * kConnections * in_flight;
    server.reset();
    state.ResumeTiming();
  }
  state.counters["cpu_us"] = cpu_micros / requests;
  state.counters["requests"] = benchmark::Counter(requests, benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(BM_Requests, epoll, BackendKind::kEpoll, "all")->Arg(1)->Arg(32)->UseRealTime();
BENCHMARK_CAPTURE(BM_Requests, uring, BackendKind::kAuto, "all")->Arg(1)->Arg(32)->UseRealTime();
BENCHMARK_CAPTURE(BM_Requests, uring_poll, BackendKind::kAuto, "-buffer_rings")
    ->Arg(1)
    ->Arg(32)
    ->UseRealTime();

}  // namespace
}  // namespace varve::io

BENCHMARK_MAIN();
