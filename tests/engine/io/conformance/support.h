#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/io/disk.h"
#include "engine/io/net.h"
#include "engine/io/task.h"
#include "tests/engine/io/conformance/fixture.h"

// The small language that the suites are written in. What a case takes for granted goes through
// Must: without it, going on makes no sense, and coroutines cannot use gtest's ASSERT.

namespace varve::io::conformance {

inline void Must(const absl::Status& status) {
  VARVE_CHECK(status.ok(), "{}", std::string(status.message()));
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

// Sizes on both sides of sectors and pages.
inline constexpr size_t kSizes[] = {0,    1,    511,  512,   513,   4095,      4096,
                                    4097, 8191, 8193, 65535, 65537, 1'048'576, 1'048'577};

// Bytes of which every 64 KiB differ from every other.
Buffer Pattern(size_t size, uint64_t seed = 0);

// A file with this content.
Task<FileRef> MakeFile(Disk& disk, std::string path, Bytes content);
// Everything from `position` on, up to `size_max`.
Task<Buffer> ReadBack(File& file, uint64_t position, size_t size_max);

// Two ends of one connection, on the fixture's first loop.
struct Connection {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};
Task<Connection> Connect(BackendFixture& fixture, StreamOptions options = {});

// Writes all of `bytes` in one call.
Task<absl::Status> Send(Stream& stream, Bytes bytes);
// Exactly `size` bytes, or fewer if the stream ends before.
Task<Buffer> Receive(Stream& stream, size_t size);

MonoTime After(Loop& loop, Duration duration);

}  // namespace varve::io::conformance
