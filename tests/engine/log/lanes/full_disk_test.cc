#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "engine/log/log.h"
#include "tests/engine/io/conformance/posix_fixture.h"
#include "tests/engine/io/conformance/support.h"
#include "tests/engine/log/log_batches.h"

// Only for small file systems made for it: lane_full_disk starts it, with VARVE_TEST_DIR on one
// that may be filled.

namespace varve::log::test {
namespace {

using io::Task;
using io::conformance::BackendFixture;
using io::conformance::Must;

constexpr size_t kBatchBytes = 300'000;

Config SmallSegments() {
  Config config;
  config.segment_bytes = 16 << 20;
  config.retention_bytes = 128 << 20;
  return config;
}

// One log on a disk that fills up.
struct FullDisk {
  explicit FullDisk(BackendFixture& fixture)
      : loop(fixture.loop()),
        root(fixture.Directory()),
        files(loop.disk(), {16, 16}),
        health(root + "/t-0") {}

  Task<void> Open(Stop stop) {
    OpenArguments arguments;
    arguments.directory = root + "/t-0";
    arguments.config = SmallSegments();
    arguments.stop = stop;
    log = Must(co_await Log::Open(loop, files, health, arguments));
  }

  Task<absl::Status> Append(size_t bytes) {
    Buffer batch = BatchOfSize(bytes);
    const auto appended = co_await log->Append(batch);
    if (appended.ok()) log->AdvanceHighWatermark(log->offsets().end);
    co_return appended.status();
  }

  // Takes what is left, to the last byte.
  static Task<void> TakeTheRest(io::File& ballast) {
    uint64_t size = 0;
    for (size_t piece = 1 << 20; piece > 0;) {
      const Buffer zeros(piece);
      const Bytes pieces[] = {zeros};
      const absl::Status written = co_await ballast.Append(size, pieces);
      if (written.ok()) {
        size += piece;
      } else {
        EXPECT_TRUE(absl::IsResourceExhausted(written)) << written;
        piece /= 2;
      }
    }
  }

  // Every offset from the log start on is there, and sound.
  Task<void> ExpectWhole() {
    int64_t offset = log->offsets().log_start;
    while (offset < log->offsets().end) {
      const ReadRange read = Must(co_await log->Read(offset, 1 << 20, log->offsets().end, true));
      Buffer bytes(read.first_batch_bytes);
      EXPECT_EQ(Must(co_await read.range.file->Read(read.range.position, bytes)), bytes.size());
      const record::BatchView batch(bytes);
      EXPECT_EQ(batch.base_offset(), offset);
      EXPECT_EQ(batch.ComputeCrc(), batch.crc());
      offset = batch.next_offset();
    }
    EXPECT_EQ(offset, log->offsets().end);
  }

  // Until appends are taken again; they look for themselves.
  Task<absl::Status> AppendWithin(std::chrono::seconds patience) {
    const io::MonoTime deadline = loop.Now() + patience;
    for (;;) {
      const absl::Status status = co_await Append(kBatchBytes);
      if (status.ok() || loop.Now() > deadline) co_return status;
      co_await io::Sleep(loop, std::chrono::milliseconds(50));
    }
  }

  io::Loop& loop;
  std::string root;
  FileCache files;
  DirectoryHealth health;
  std::unique_ptr<Log> log;
};

class LogOnSmallDisk : public testing::TestWithParam<std::unique_ptr<BackendFixture> (*)()> {
 protected:
  LogOnSmallDisk() : fixture_(GetParam()()) {}
  std::unique_ptr<BackendFixture> fixture_;
};

Task<void> FillAndRecover(BackendFixture& fixture) {
  FullDisk disk(fixture);
  Must(co_await disk.loop.disk().CreateDirectory(disk.root + "/t-0"));
  // On a full disk one could not even make it.
  const io::FileRef ballast =
      Must(co_await disk.loop.disk().Open(disk.root + "/ballast", io::OpenMode::kCreate));
  co_await disk.Open(Stop::kClean);
  absl::Status status;
  while ((status = co_await disk.Append(kBatchBytes)).ok()) {
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  co_await FullDisk::TakeTheRest(*ballast);
  const int64_t end = disk.log->offsets().end;
  status = co_await disk.Append(100);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_NE(status.message().find("t-0"), std::string::npos) << status;  // says where
  co_await disk.ExpectWhole();
  Must(co_await disk.log->Flush());
  EXPECT_EQ(disk.log->offsets().durable, end);

  const RetentionDecision gone = Must(co_await disk.log->ApplyRetention(0));
  EXPECT_GT(gone.over_size, 0u);
  Must(co_await disk.AppendWithin(std::chrono::seconds(20)));
  EXPECT_EQ(disk.log->offsets().end, end + 1);
  co_await disk.ExpectWhole();

  // The process dies here.
  const int64_t log_start = disk.log->offsets().log_start;
  const absl::Status closed = co_await disk.log->Close(/*sync=*/false);
  EXPECT_TRUE(closed.ok()) << closed;
  disk.log.reset();
  co_await disk.Open(Stop::kProcess);
  EXPECT_EQ(disk.log->offsets().log_start, log_start);
  EXPECT_EQ(disk.log->offsets().end, end + 1);
  co_await disk.ExpectWhole();
  Must(co_await disk.log->Close());
  disk.log.reset();
  Must(co_await io::RemoveTree(disk.loop.disk(), disk.root + "/t-0"));
  Must(co_await disk.loop.disk().Remove(disk.root + "/ballast"));
}

TEST_P(LogOnSmallDisk, FilledToTheLastByteItReadsDeletesAndResumes) {
  fixture_->RunUntilDone(FillAndRecover(*fixture_));
}

INSTANTIATE_TEST_SUITE_P(Epoll, LogOnSmallDisk, testing::Values(&io::conformance::MakeEpoll));
INSTANTIATE_TEST_SUITE_P(Uring, LogOnSmallDisk, testing::Values(&io::conformance::MakeUring));

}  // namespace
}  // namespace varve::log::test
