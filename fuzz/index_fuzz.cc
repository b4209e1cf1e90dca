#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/base/check.h"
#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "engine/log/file_names.h"
#include "engine/log/log.h"
#include "engine/record/builder.h"
#include "engine/record/stamp.h"

// A log whose index files hold whatever the input says. It opens, finds every batch all the same,
// and takes appends. The first byte chooses how the log was left and where the rest goes.
namespace varve::log {
namespace {

constexpr int64_t kBatches = 6;  // two segments of three
constexpr int64_t kPerSegment = 3;

Buffer BatchAt(int64_t offset) {
  record::BatchBuilder builder({.base_offset = offset, .leader_epoch = 0});
  builder.Append({.timestamp = 1000 + offset, .value = AsBytes("value")});
  return builder.Build();
}

void PutSegment(io::SimDisk& disk, int64_t base, Bytes index, Bytes time_index) {
  Buffer log;
  for (int64_t i = 0; i < kPerSegment; ++i) Append(log, BatchAt(base + i));
  VARVE_CHECK(disk.Put("t-0/" + FileName(base, FileKind::kLog), log).ok());
  VARVE_CHECK(disk.Put("t-0/" + FileName(base, FileKind::kOffsetIndex), index).ok());
  VARVE_CHECK(disk.Put("t-0/" + FileName(base, FileKind::kTimeIndex), time_index).ok());
}

io::Task<void> Use(Log& log) {
  const int64_t end = log.offsets().end;
  VARVE_CHECK(end == kBatches, "the end is {}", end);
  for (int64_t offset = 0; offset < end; ++offset) {
    const auto read = co_await log.Read(offset, 1, end, true);
    VARVE_CHECK(read.ok() && read->first_offset == offset, "offset {} is not found", offset);
    const auto found = co_await log.FindTimestamp(1000 + offset, end);
    VARVE_CHECK(found.ok());  // an index that hides a time leads to a later one
  }
  Buffer batch = BatchAt(0);
  const auto appended = co_await log.Append(batch);
  VARVE_CHECK(appended.ok() && appended->base_offset == end);
  const absl::Status closed = co_await log.Close();
  VARVE_CHECK(closed.ok(), "{}", std::string(closed.message()));
}

void Try(Stop stop, Bytes index, Bytes time_index) {
  io::SimWorld world;
  PutSegment(world.disk(), 0, index, time_index);
  PutSegment(world.disk(), kPerSegment, index, time_index);
  auto loop = world.NewLoop();
  {
    FileCache files(loop->disk(), {8, 8});
    DirectoryHealth health("t-0");
    OpenArguments arguments;
    arguments.directory = "t-0";
    arguments.stop = stop;
    arguments.recovery_point = kBatches;
    auto log = world.Run(*loop, Log::Open(*loop, files, health, arguments));
    VARVE_CHECK(log.ok(), "{}", std::string(log.status().message()));
    world.Run(*loop, Use(**log));
  }
}

}  // namespace
}  // namespace varve::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const varve::Bytes bytes = std::as_bytes(std::span(data, size)).subspan(1);
  const auto stop = (data[0] & 1) != 0 ? varve::log::Stop::kClean : varve::log::Stop::kProcess;
  const size_t half = std::min<size_t>(data[0] / 2, bytes.size());
  varve::log::Try(stop, bytes.first(half), bytes.subspan(half));
  return 0;
}
