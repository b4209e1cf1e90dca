#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"
#include "server/net/connection_set.h"

// Connections before a handler that answers with what it got, on the simulated network.
namespace varve::net::test {

inline Buffer Frame(std::string_view text) {
  Buffer frame(4 + text.size());
  StoreBigEndian<int32_t>(frame.data(), static_cast<int32_t>(text.size()));
  std::ranges::copy(AsBytes(text), frame.begin() + 4);
  return frame;
}

// Answers with what it got, as a frame. "slow..." waits until it is let go; "big..." answers a lot;
// "bad..." closes; what begins with '+' may overlap.
class Echo : public Handler {
 public:
  explicit Echo(io::Loop& loop) : go(loop) {}
  bool MayOverlap(Bytes frame) const override { return AsText(frame).starts_with('+'); }
  io::Task<void> Handle(Request& request) override {
    const std::string text(AsText(request.frame));
    seen.push_back(text.substr(0, 20));
    if (text.starts_with('+')) request.next_may_start.Set();
    if (text.find("slow") != std::string::npos) co_await go.Wait();
    if (text.starts_with("bad")) {
      request.reply.close = true;
    } else {
      request.reply.bytes = Frame(text.starts_with("big") ? std::string(kBigBytes, 'b') : text);
    }
  }
  // "move..." is served at `elsewhere`, "stay..." here; others do not tell.
  Placement PlaceOf(MutableBytes frame) override {
    const std::string_view text = AsText(frame);
    if (text.starts_with("move")) return {true, elsewhere};
    return {text.starts_with("stay"), nullptr};
  }
  io::Task<void> Ended(const Peer& peer) override {
    ended.push_back(peer.address);
    co_return;
  }
  static constexpr size_t kBigBytes = 300'000;
  ConnectionSet* elsewhere = nullptr;
  std::vector<std::string> ended;
  std::vector<std::string> seen;
  io::Event go;
};

struct Options {
  ConnectionLimits limits{.frame_bytes_max = 1 << 20};
  uint64_t budget_bytes = 1 << 20;
  uint64_t ahead_bytes = 1 << 20;
};

// A server of connections and their clients.
class Server {
 public:
  explicit Server(Options options = {})
      : loop_(world.NewLoop()),
        client_loop_(world.NewLoop()),
        slabs(1 << 20),
        budget(*loop_, options.budget_bytes),
        small_budget(*loop_, options.budget_bytes),
        ahead_budget(*loop_, options.ahead_bytes),
        handler(*loop_),
        environment_{*loop_, slabs, budget, small_budget, ahead_budget, handler, options.limits},
        set(environment_) {
    world.Run(*loop_, Listen());
  }
  ~Server() {
    clients_.clear();
    handler.go.Set();
    world.Run(*loop_, set.Close(io::Duration(0)));
    listener_.reset();
  }

  io::Stream& Connect() {
    world.Run(*client_loop_, Open());
    world.Run(*loop_, Admit());
    return *clients_.back();
  }
  void Send(io::Stream& stream, Bytes bytes) { world.Run(*client_loop_, Write(stream, bytes)); }
  void Send(io::Stream& stream, std::string_view text) { Send(stream, Frame(text)); }
  // The next answer; "(end)" once the server has closed.
  std::string Receive(io::Stream& stream) { return world.Run(*client_loop_, Read(stream)); }
  io::Loop& loop() { return *loop_; }

  io::SimWorld world;

 private:
  std::unique_ptr<io::Loop> loop_;
  std::unique_ptr<io::Loop> client_loop_;

 public:
  SlabPool slabs;
  MemoryBudget budget;
  MemoryBudget small_budget;
  MemoryBudget ahead_budget;
  Echo handler;

 private:
  ConnectionEnvironment environment_;

 public:
  ConnectionSet set;

 private:
  io::Task<void> Listen() {
    const io::Endpoint where{"127.0.0.1", 9092};
    auto listener = co_await loop_->net().Listen(where, io::ListenOptions());
    listener_ = *std::move(listener);
  }
  io::Task<void> Open() {
    const io::Endpoint where{"127.0.0.1", 9092};
    auto stream = co_await client_loop_->net().Connect(where, io::kNever);
    clients_.push_back(*std::move(stream));
  }
  io::Task<void> Admit() {
    auto socket = co_await listener_->Accept();
    const Peer peer{(*socket)->peer().ToString(), (*socket)->peer().host, 0};
    set.Serve(loop_->net().Adopt(*std::move(socket), {}), peer);
  }
  io::Task<void> Write(io::Stream& stream, Bytes bytes) {
    const Bytes pieces[] = {bytes};
    IgnoreError(co_await stream.Write(pieces, false));
  }
  io::Task<bool> Fill(io::Stream& stream, MutableBytes into) {
    while (!into.empty()) {
      const auto got = co_await stream.Read(into);
      if (!got.ok() || *got == 0) co_return false;
      into = into.subspan(*got);
    }
    co_return true;
  }
  io::Task<std::string> Read(io::Stream& stream) {
    Buffer size(4);
    if (!co_await Fill(stream, size)) co_return "(end)";
    Buffer frame(static_cast<size_t>(LoadBigEndian<int32_t>(size.data())));
    if (!co_await Fill(stream, frame)) co_return "(cut)";
    co_return std::string(AsText(frame));
  }

  std::unique_ptr<io::Listener> listener_;
  std::deque<std::unique_ptr<io::Stream>> clients_;
};

// What is logged while `action` and what follows from it happen.
inline std::string LogOf(Server& server, const std::function<void()>& action) {
  ::testing::internal::CaptureStderr();
  action();
  server.world.RunFor(std::chrono::seconds(1));
  return ::testing::internal::GetCapturedStderr();
}

}  // namespace varve::net::test
