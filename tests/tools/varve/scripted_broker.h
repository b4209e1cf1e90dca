#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/io/net.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"
#include "engine/io/sync.h"
#include "server/wire/api_versions.h"
#include "server/wire/message.h"

namespace varve::cli::test {

// The frame of a response.
template <typename Response>
Buffer FrameOf(const wire::RequestHeader& header, const Response& response) {
  Buffer frame;
  std::vector<wire::Splice> splices;
  IgnoreError(
      wire::EncodeResponse(header.correlation_id, header.api_version, response, frame, splices));
  return frame;
}

// Listens on a simulated network and answers each request as it is told: with a frame, or by
// closing the connection if there is none.
class ScriptedBroker {
 public:
  using Answer = std::function<Buffer(const wire::RequestHeader&, wire::Reader&)>;

  ScriptedBroker(io::SimWorld& world, uint16_t port, Answer answer)
      : world_(world), loop_(world.NewLoop()), answer_(std::move(answer)), gate_(*loop_) {
    world.Run(*loop_, Listen(port));
    gate_.Spawn(AcceptAll());
  }
  ~ScriptedBroker() {
    listener_->Shutdown();
    for (const auto& stream : streams_) stream->Shutdown();
    world_.Run(*loop_, gate_.Close());
  }

 private:
  io::Task<> Listen(uint16_t port) {
    const io::Endpoint where{"127.0.0.1", port};
    auto listener = co_await loop_->net().Listen(where, io::ListenOptions());
    listener_ = *std::move(listener);
  }
  io::Task<> AcceptAll() {
    for (bool open = true; open;) {
      auto socket = co_await listener_->Accept();
      open = socket.ok();
      if (!open) break;
      streams_.push_back(loop_->net().Adopt(*std::move(socket), {}));
      gate_.Spawn(Serve(*streams_.back()));
    }
  }
  io::Task<> Serve(io::Stream& stream) {
    Buffer frame;
    for (bool open = true; open;) {
      open = co_await ReadFrame(stream, frame);
      if (!open) break;
      wire::Reader reader(frame);
      const auto header = wire::ReadRequestHeader(reader);
      const Buffer answer = answer_(*header, reader);
      if (answer.empty()) {
        stream.Shutdown();
        break;
      }
      const Bytes pieces[] = {answer};
      open = (co_await stream.Write(pieces, false)).ok();
    }
  }
  io::Task<bool> ReadFrame(io::Stream& stream, Buffer& frame) {
    Buffer size(wire::kFrameSizeBytes);
    if (!co_await Fill(stream, size)) co_return false;
    frame.resize(LoadBigEndian<uint32_t>(size.data()));
    co_return co_await Fill(stream, frame);
  }
  io::Task<bool> Fill(io::Stream& stream, MutableBytes into) {
    while (!into.empty()) {
      const auto got = co_await stream.Read(into);
      if (!got.ok() || *got == 0) co_return false;
      into = into.subspan(*got);
    }
    co_return true;
  }

  io::SimWorld& world_;
  std::unique_ptr<io::Loop> loop_;
  const Answer answer_;
  std::unique_ptr<io::Listener> listener_;
  std::vector<std::unique_ptr<io::Stream>> streams_;
  io::Gate gate_;
};

}  // namespace varve::cli::test
