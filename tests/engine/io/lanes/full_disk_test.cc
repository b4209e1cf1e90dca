#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/engine/io/conformance/posix_fixture.h"
#include "tests/engine/io/conformance/support.h"

// Only for small file systems made for it: lane_filesystems starts it, with VARVE_TEST_DIR on one
// that may be filled, and VARVE_TEST_READ_ONLY_DIR on one that is mounted read-only and holds a
// file "f".

namespace varve::io {
namespace {

using conformance::BackendFixture;
using conformance::Must;
using conformance::ReadBack;

class SmallDisk : public testing::TestWithParam<std::unique_ptr<BackendFixture> (*)()> {
 protected:
  SmallDisk() : fixture_(GetParam()()) {}
  std::unique_ptr<BackendFixture> fixture_;
};

// Appends until there is no room; returns the size reached.
Task<uint64_t> Fill(File& file, Bytes piece, absl::Status& status) {
  uint64_t size = 0;
  for (;;) {
    const Bytes pieces[] = {piece, piece.first(777)};
    status = co_await file.Append(size, pieces);
    if (!status.ok()) co_return size;
    size += piece.size() + 777;
  }
}

TEST_P(SmallDisk, AFullDiskRefusesCutsBackAndGoesOnLater) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Disk& disk = fixture.loop().disk();
    const std::string directory = fixture.Directory();
    const Buffer piece = conformance::Pattern(1'000'000);
    const Buffer ballast_bytes(8 << 20);
    const std::string ballast = directory + "/ballast";
    (void)co_await conformance::MakeFile(disk, ballast, ballast_bytes);
    const FileRef file = Must(co_await disk.Open(directory + "/f", OpenMode::kCreate));
    absl::Status status;
    const uint64_t size = co_await Fill(*file, piece, status);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_GT(size, 0u);
    EXPECT_EQ(Must(co_await file->Size()), size);
    EXPECT_TRUE(co_await ReadBack(*file, size - 777, 1000) ==
                Buffer(piece.begin(), piece.begin() + 777));
    EXPECT_TRUE(absl::IsResourceExhausted(co_await file->Allocate(size, 64 << 20)));
    Must(co_await disk.Remove(ballast));
    const Bytes pieces[] = {piece};
    Must(co_await file->Append(size, pieces));
    Must(co_await file->SyncData());
  };
  fixture_->RunUntilDone(body(*fixture_));
}

TEST_P(SmallDisk, AReadOnlyDiskRefusesEveryChangeAndReads) {
  const char* directory = std::getenv("VARVE_TEST_READ_ONLY_DIR");
  ASSERT_NE(directory, nullptr);
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const std::string other = path + "2";
    const FileRef file = Must(co_await disk.Open(path, OpenMode::kRead));
    EXPECT_GT(Must(co_await file->Size()), 0u);
    for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kCreateOrReplace}) {
      EXPECT_TRUE(absl::IsPermissionDenied((co_await disk.Open(path, mode)).status()));
    }
    EXPECT_TRUE(absl::IsPermissionDenied((co_await disk.Open(other, OpenMode::kCreate)).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(co_await disk.CreateDirectory(other)));
    EXPECT_TRUE(absl::IsPermissionDenied(co_await disk.Remove(path)));
    EXPECT_TRUE(absl::IsPermissionDenied(co_await disk.Rename(path, other)));
    EXPECT_TRUE(absl::IsPermissionDenied((co_await disk.Lock(other)).status()));
  };
  const std::string path = std::string(directory) + "/f";
  fixture_->RunUntilDone(body(fixture_->loop().disk(), path));
}

INSTANTIATE_TEST_SUITE_P(Epoll, SmallDisk, testing::Values(&conformance::MakeEpoll));
INSTANTIATE_TEST_SUITE_P(Uring, SmallDisk, testing::Values(&conformance::MakeUring));

}  // namespace
}  // namespace varve::io
