#include "tests/engine/io/sim/sim_workload.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "engine/io/net.h"
#include "engine/io/pool.h"
#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "engine/io/sync.h"

namespace varve::io {
namespace {

Task<absl::Status> Echo(Stream& stream) {
  Buffer into(1000);
  for (;;) {
    CO_ASSIGN_OR_RETURN(const size_t size, co_await stream.Read(into));
    if (size == 0) co_return absl::OkStatus();
    const Bytes pieces[] = {Bytes(into).first(size)};
    CO_RETURN_IF_ERROR(co_await stream.Write(pieces, false));
  }
}

Task<void> ServeOne(Loop& loop, Listener& listener) {
  auto socket = co_await listener.Accept();
  if (!socket.ok()) co_return;
  const auto stream = loop.net().Adopt(*std::move(socket), {});
  IgnoreError(co_await Echo(*stream));  // the trace has seen it
}

Task<absl::Status> AskOnce(Loop& loop, Endpoint server) {
  CO_ASSIGN_OR_RETURN(const auto stream, co_await loop.net().Connect(server, kNever));
  const Buffer bytes(20'000, std::byte{7});
  Buffer back(bytes.size());
  size_t received = 0;
  const Bytes pieces[] = {bytes};
  CO_RETURN_IF_ERROR(co_await stream->Write(pieces, false));
  while (received < bytes.size()) {
    const MutableBytes rest = MutableBytes(back).subspan(received);
    CO_ASSIGN_OR_RETURN(const size_t more, co_await stream->Read(rest));
    received += more;
  }
  co_return absl::OkStatus();
}

Task<void> TalkAndWait(Loop& loop, Endpoint server) {
  IgnoreError(co_await AskOnce(loop, server));  // the trace has seen it
  co_await Sleep(loop, std::chrono::milliseconds(loop.random().Below(50)));
}

Task<void> Store(Loop& loop, int number) {
  const std::string path = fmt::format("file-{}", number);
  for (int round = 0; round < 5; ++round) {
    Buffer content(loop.random().Below(3000));
    auto fill = [&] { std::fill(content.begin(), content.end(), std::byte{9}); };
    co_await Offload(loop, fill);
    IgnoreError(co_await ReplaceFile(loop.disk(), path, content));  // may have crashed
    co_await Yield{loop};
  }
}

Task<void> Everything(Loop& here, Loop& there) {
  const Endpoint any{"", 9092};
  const ListenOptions options;
  auto listener = co_await here.net().Listen(any, options);
  Gate gate(here);
  for (int i = 0; i < 4; ++i) {
    gate.Spawn(ServeOne(here, **listener));
    gate.Spawn(Store(here, i));
    auto talk = [&] { return TalkAndWait(there, {"localhost", 9092}); };
    co_await CallOn(here, there, talk);
  }
  co_await gate.Close();
}

}  // namespace

uint64_t TraceOfWorkload(SimOptions options) {
  SimWorld world(options);
  world.disk().CrashAtOperation(60, SimCrash::kPower);
  {
    const auto here = world.NewLoop();
    const auto there = world.NewLoop();
    world.Run(*here, Everything(*here, *there));
  }
  world.disk().Restart();
  const auto loop = world.NewLoop();
  world.Run(*loop, Store(*loop, 1));
  world.trace().Fold(world.disk().DumpTree());
  return world.trace_hash();
}

}  // namespace varve::io
