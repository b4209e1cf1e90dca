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
#include "benchmarks/broker/load/interrupt.h"
#include "engine/base/status.h"
#include "engine/io/posix/fd.h"

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
  while (!enough() && !Interrupted() && Clock::now() < time) {
    std::this_thread::sleep_for(std::min<Clock::duration>(kLookAgain, time - Clock::now()));
  }
}

// Two threads at work, watched from outside.
struct Pair {
  std::thread asking;
  std::thread serving;
  const std::atomic<uint64_t>& served;
  const std::atomic<bool>& ended;  // one of them, early
};

Figures WatchPair(Pair& pair, const Conversation& conversation, const Limits& limits) {
  const Clock::time_point begin = Clock::now() + limits.warm_up;
  SleepUntil(begin, [&] { return pair.ended.load(); });
  const uint64_t served_before = pair.served.load();
  const double asking_before = CpuOf(pair.asking);
  const double serving_before = CpuOf(pair.serving);
  const Clock::time_point begun = Clock::now();
  const auto enough = [&] {
    const uint64_t served = pair.served.load() - served_before;
    return pair.ended.load() || limits.Reached(served * conversation.counted_bytes(), served);
  };
  SleepUntil(begun + limits.duration, enough);
  Figures figures;
  figures.requests = pair.served.load() - served_before;
  figures.own.cpu_seconds = CpuOf(pair.asking) - asking_before;
  figures.broker = Used{CpuOf(pair.serving) - serving_before, 0};
  figures.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  figures.bytes = figures.requests * conversation.counted_bytes();
  return figures;
}

}  // namespace

absl::StatusOr<Figures> RunTrial(const Conversation& conversation, const Serve& serve,
                                 const Limits& limits) {
  ASSIGN_OR_RETURN(const Connected pair, ConnectLoopback());
  std::atomic<bool> stop{false};
  std::atomic<bool> ended{false};
  std::atomic<bool> watched{false};  // threads stay until their clocks have been read
  std::atomic<uint64_t> served{0};
  absl::Status asked_well;
  absl::Status served_well;
  const auto stay = [&] {
    ended.store(true);
    watched.wait(false);
  };
  Pair threads{std::thread([&] {
                 asked_well = Ask(pair.client.get(), conversation, stop);
                 ::shutdown(pair.client.get(), SHUT_RDWR);
                 stay();
               }),
               std::thread([&] {
                 served_well = serve(pair.server.get(), served);
                 ::shutdown(pair.server.get(), SHUT_RDWR);
                 stay();
               }),
               served, ended};
  Figures figures = WatchPair(threads, conversation, limits);
  const bool early = ended.load();
  stop.store(true);
  watched.store(true);
  watched.notify_all();
  threads.asking.join();
  threads.serving.join();
  if (!early) return figures;
  if (!served_well.ok()) return served_well;
  return asked_well.ok() ? absl::UnknownError("ended early") : asked_well;
}

}  // namespace varve::bench
