#include "benchmarks/broker/limit/trial.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <time.h>

#include <chrono>
#include <thread>
#include <utility>

#include "benchmarks/broker/limit/call.h"
#include "engine/base/status.h"
#include "engine/io/posix/fd.h"
#include "tools/text/interrupt.h"

namespace varve::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kReceiveBytes = 256 << 10;
constexpr auto kLookAgain = std::chrono::milliseconds(10);

struct Connected {
  io::Fd client;
  io::Fd server;
};

absl::StatusOr<Connected> ConnectLoopback() {
  const io::Fd listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, size) != 0) return CallFailed("bind");
  if (::listen(listener.get(), 1) != 0) return CallFailed("listen");
  if (::getsockname(listener.get(), generic, &size) != 0) return CallFailed("getsockname");
  Connected pair{io::Fd(::socket(AF_INET, SOCK_STREAM, 0)), io::Fd()};
  if (::connect(pair.client.get(), generic, size) != 0) return CallFailed("connect");
  pair.server = io::Fd(::accept(listener.get(), nullptr, nullptr));
  if (!pair.server.valid()) return CallFailed("accept");
  const int on = 1;
  for (const int fd : {pair.client.get(), pair.server.get()}) {
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  return pair;
}

absl::Status Ask(int fd, const Conversation& conversation, const std::atomic<bool>& stop) {
  // What is due goes in one call, as a client with several requests under way would send it.
  const auto in_flight = static_cast<uint64_t>(conversation.in_flight);
  const Buffer requests(conversation.request_bytes * in_flight, std::byte{0x5e});
  Buffer answers(kReceiveBytes);
  uint64_t asked = 0;
  uint64_t received_bytes = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    const uint64_t answered = received_bytes / conversation.answer_bytes;
    const uint64_t due = answered + in_flight - asked;
    RETURN_IF_ERROR(SendAll(fd, Bytes(requests).first(due * conversation.request_bytes)));
    asked += due;
    ASSIGN_OR_RETURN(const size_t received, ReceiveSome(fd, answers));
    if (received == 0) return absl::UnavailableError("the serving side has ended");
    received_bytes += received;
  }
  ::shutdown(fd, SHUT_RDWR);
  return absl::OkStatus();
}

// CPU seconds of a thread that runs.
double CpuOf(std::thread& thread) {
  clockid_t clock{};
  timespec now{};
  if (::pthread_getcpuclockid(thread.native_handle(), &clock) != 0) return 0;
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void SleepUntil(Clock::time_point time, const std::function<bool()>& enough) {
  while (!enough() && !text::Interrupt::asked() && Clock::now() < time) {
    std::this_thread::sleep_for(std::min<Clock::duration>(kLookAgain, time - Clock::now()));
  }
}

// One thread that asks and one that serves. Both stay, when they are done, until their clocks have
// been read.
class Pair {
 public:
  Pair(const Connected& connected, const Conversation& conversation, const Serve& serve)
      : conversation_(conversation),
        asking_([this, fd = connected.client.get()] {
          End(fd, asked_well_, Ask(fd, conversation_, stop_));
        }),
        serving_([this, &serve, fd = connected.server.get()] {
          End(fd, served_well_, serve(fd, served_));
        }) {}

  Figures Watch(const Limits& limits);

  // Ends both. An error if one had ended before it was told to.
  absl::Status Join();

 private:
  void End(int fd, absl::Status& told, absl::Status status) {
    told = std::move(status);
    ::shutdown(fd, SHUT_RDWR);
    ended_.store(true);
    watched_.wait(false);
  }

  const Conversation conversation_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> watched_{false};
  std::atomic<uint64_t> served_{0};
  absl::Status asked_well_;
  absl::Status served_well_;
  std::thread asking_;  // last: they use what is above
  std::thread serving_;
};

Figures Pair::Watch(const Limits& limits) {
  SleepUntil(Clock::now() + limits.warm_up, [this] { return ended_.load(); });
  const uint64_t served_before = served_.load();
  const double asking_before = CpuOf(asking_);
  const double serving_before = CpuOf(serving_);
  const Clock::time_point begun = Clock::now();
  const auto enough = [&] {
    const uint64_t served = served_.load() - served_before;
    return ended_.load() || limits.Reached(served * conversation_.counted_bytes(), served);
  };
  SleepUntil(begun + limits.duration, enough);
  Figures figures;
  figures.requests = served_.load() - served_before;
  figures.own.cpu_seconds = CpuOf(asking_) - asking_before;
  figures.broker = Used{CpuOf(serving_) - serving_before, 0};
  figures.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  figures.bytes = figures.requests * conversation_.counted_bytes();
  return figures;
}

absl::Status Pair::Join() {
  const bool early = ended_.load();
  stop_.store(true);
  watched_.store(true);
  watched_.notify_all();
  asking_.join();
  serving_.join();
  if (!early) return absl::OkStatus();
  if (!served_well_.ok()) return served_well_;
  return asked_well_.ok() ? absl::UnknownError("the trial ended early") : asked_well_;
}

}  // namespace

absl::StatusOr<Figures> RunTrial(const Conversation& conversation, const Serve& serve,
                                 const Limits& limits) {
  ASSIGN_OR_RETURN(const Connected connected, ConnectLoopback());
  Pair pair(connected, conversation, serve);
  Figures figures = pair.Watch(limits);
  RETURN_IF_ERROR(pair.Join());
  return figures;
}

}  // namespace varve::bench
