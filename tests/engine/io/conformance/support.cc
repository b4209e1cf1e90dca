#include "tests/engine/io/conformance/support.h"

#include <algorithm>

#include "engine/io/random.h"
#include "engine/io/sync.h"

namespace varve::io::conformance {

Buffer Pattern(size_t size, uint64_t seed) {
  Buffer bytes(size);
  Random random(seed + 1);
  for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
    const uint64_t word = random.Next();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof(word), size - at));
  }
  return bytes;
}

Task<FileRef> MakeFile(Disk& disk, std::string path, Bytes content) {
  FileRef file = Must(co_await disk.Open(path, OpenMode::kCreate));
  const Bytes pieces[] = {content};
  Must(co_await file->Append(0, pieces));
  co_return file;
}

Task<Buffer> ReadBack(File& file, uint64_t position, size_t size_max) {
  Buffer bytes(size_max);
  const size_t size = Must(co_await file.Read(position, bytes));
  bytes.resize(size);
  co_return bytes;
}

namespace {

Task<void> AcceptInto(BackendFixture& fixture, Connection& connection, StreamOptions options) {
  std::unique_ptr<Socket> socket = Must(co_await connection.listener->Accept());
  connection.server = fixture.loop().net().Adopt(std::move(socket), options);
}

}  // namespace

Task<Connection> Connect(BackendFixture& fixture, StreamOptions options) {
  Net& net = fixture.loop().net();
  Connection connection;
  const Endpoint any{fixture.HostV4(), 0};
  const ListenOptions listen;
  connection.listener = Must(co_await net.Listen(any, listen));
  Gate gate(fixture.loop());
  gate.Spawn(AcceptInto(fixture, connection, options));
  const Endpoint there = connection.listener->local();
  connection.client = Must(co_await net.Connect(there, kNever));
  co_await gate.Close();
  co_return connection;
}

Task<absl::Status> Send(Stream& stream, Bytes bytes) {
  const Bytes pieces[] = {bytes};
  co_return co_await stream.Write(pieces, /*more=*/false);
}

Task<Buffer> Receive(Stream& stream, size_t size) {
  Buffer bytes(size);
  size_t received = 0;
  while (received < size) {
    const size_t more = Must(co_await stream.Read(MutableBytes(bytes).subspan(received)));
    if (more == 0) break;
    received += more;
  }
  bytes.resize(received);
  co_return bytes;
}

MonoTime After(Loop& loop, Duration duration) { return loop.Now() + duration; }

}  // namespace varve::io::conformance
