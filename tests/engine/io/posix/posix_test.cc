#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

#include "engine/io/backend.h"
#include "engine/io/posix/errors.h"
#include "engine/io/posix/piece_cursor.h"
#include "engine/io/posix/thread_pool.h"
#include "engine/io/sync.h"
#include "tests/engine/io/conformance/posix_fixture.h"
#include "tests/engine/io/conformance/support.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;
using conformance::BackendFixture;
using conformance::Must;

TEST(Errors, TellApartWhatCallersDoAboutThem) {
  using Code = absl::StatusCode;
  const std::vector<std::pair<int, Code>> expected{{ENOENT, Code::kNotFound},
                                                   {EEXIST, Code::kAlreadyExists},
                                                   {EACCES, Code::kPermissionDenied},
                                                   {EPERM, Code::kPermissionDenied},
                                                   {EROFS, Code::kPermissionDenied},
                                                   {ENOSPC, Code::kResourceExhausted},
                                                   {EDQUOT, Code::kResourceExhausted},
                                                   {EMFILE, Code::kResourceExhausted},
                                                   {ENFILE, Code::kResourceExhausted},
                                                   {ENOMEM, Code::kResourceExhausted},
                                                   {EIO, Code::kDataLoss},
                                                   {EUCLEAN, Code::kDataLoss},
                                                   {ENOTEMPTY, Code::kFailedPrecondition},
                                                   {ENOTDIR, Code::kFailedPrecondition},
                                                   {EISDIR, Code::kFailedPrecondition},
                                                   {ENAMETOOLONG, Code::kFailedPrecondition}};
  for (const auto& [error, code] : expected) {
    EXPECT_EQ(DiskError(error, "call").code(), code) << ErrorText(error);
  }
  EXPECT_EQ(std::string(DiskError(ENOSPC, "append to f").message()),
            "append to f: No space left on device (28)");
  EXPECT_TRUE(absl::IsAlreadyExists(ListenError(EADDRINUSE, "x")));
  EXPECT_TRUE(absl::IsNotFound(ListenError(EADDRNOTAVAIL, "x")));
  EXPECT_TRUE(absl::IsPermissionDenied(ListenError(EACCES, "x")));
  EXPECT_TRUE(absl::IsUnavailable(ConnectError(ECONNREFUSED, "x")));
  EXPECT_TRUE(absl::IsUnavailable(ConnectError(EHOSTUNREACH, "x")));
  EXPECT_TRUE(absl::IsResourceExhausted(AcceptError(EMFILE)));
  EXPECT_TRUE(absl::IsUnavailable(StreamError(ECONNRESET, "x")));
}

TEST(Features, AreAVersionOrAList) {
  EXPECT_TRUE(Must(Features::Parse("all")).dont_cache);
  const Features debian = Must(Features::Parse("6.1"));
  EXPECT_TRUE(debian.uring && debian.single_issuer && debian.defer_taskrun);
  EXPECT_TRUE(debian.buffer_rings);
  EXPECT_FALSE(debian.cachestat || debian.dont_cache);
  EXPECT_FALSE(Must(Features::Parse("5.4")).uring);
  EXPECT_TRUE(Must(Features::Parse("6.18")).dont_cache);
  const Features some = Must(Features::Parse("-cachestat,-buffer_rings"));
  EXPECT_FALSE(some.cachestat || some.buffer_rings);
  EXPECT_TRUE(some.uring);
  for (const char* wrong : {"", "6", "6.", "six.one", "-magic", "cachestat", "-uring,", "6.1.2",
                            "99999999999.1", "-1.1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Features::Parse(wrong).status())) << wrong;
  }
}

TEST(OpenBackend, SaysWhatItUsesAndWhyNot) {
  BackendOptions options;
  options.features = Must(Features::Parse("-uring"));
  const std::unique_ptr<Backend> automatic = Must(OpenBackend(options));
  EXPECT_EQ(automatic->kind(), BackendKind::kEpoll);
  EXPECT_NE(automatic->Describe().find("left out"), std::string::npos) << automatic->Describe();
  options.kind = BackendKind::kUring;
  EXPECT_TRUE(absl::IsUnavailable(OpenBackend(options).status()));
  options.kind = BackendKind::kEpoll;
  EXPECT_NE(Must(OpenBackend(options))->Describe().find("asked for"), std::string::npos);
}

TEST(PieceCursor, SkipsEmptyPiecesAndStopsAnywhere) {
  const Buffer bytes(100);
  const std::vector<Bytes> pieces{{}, Bytes(bytes).first(10), {}, {}, Bytes(bytes).first(5), {}};
  for (size_t step = 1; step <= 15; ++step) {
    PieceCursor cursor(pieces);
    size_t done = 0;
    while (!cursor.done()) {
      std::array<iovec, 4> vectors;
      const size_t count = cursor.Fill(vectors);
      ASSERT_GT(count, 0u);
      size_t left = 0;
      for (size_t i = 0; i < count; ++i) left += vectors[i].iov_len;
      ASSERT_EQ(left, 15 - done);
      cursor.Advance(std::min(step, left));
      done += std::min(step, left);
    }
    EXPECT_EQ(done, 15u);
  }
  EXPECT_TRUE(PieceCursor({}).done());
}

struct CountingJob : Work {
  explicit CountingJob(std::atomic<int>& in) : Work(&Run), count(in) {}
  static void Run(Work& work) { static_cast<CountingJob&>(work).count.fetch_add(1); }
  std::atomic<int>& count;
};

TEST(ThreadPool, RunsWhatWasSubmittedBeforeItGoes) {
  std::atomic<int> count{0};
  std::vector<std::unique_ptr<CountingJob>> jobs;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) {
      jobs.push_back(std::make_unique<CountingJob>(count));
      pool.Submit(*jobs.back());
    }
  }
  EXPECT_EQ(count.load(), 1000);
}

class PosixBackends : public testing::TestWithParam<std::unique_ptr<BackendFixture> (*)()> {
 protected:
  PosixBackends() : fixture_(GetParam()()) {}
  std::unique_ptr<BackendFixture> fixture_;
};

blkcnt_t BlocksOf(const std::string& path) {
  struct stat info;
  VARVE_CHECK(::stat(path.c_str(), &info) == 0);
  return info.st_blocks;
}

TEST_P(PosixBackends, TruncatingGivesBackWhatWasSetAside) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes(10'000);
    for (const uint64_t size : {10'000, 4096, 0}) {
      const FileRef file = co_await conformance::MakeFile(fixture.loop().disk(), path, bytes);
      Must(co_await file->Allocate(10'000, 32 << 20));
      Must(co_await file->SyncData());
      EXPECT_GT(BlocksOf(path), (30 << 20) / 512);
      Must(co_await file->Truncate(size));
      EXPECT_LE(BlocksOf(path), 64);
      Must(co_await fixture.loop().disk().Remove(path));
    }
  };
  fixture_->RunUntilDone(body(*fixture_));
}

// Stops the process from opening one more descriptor while it lives.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    VARVE_CHECK(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    Set(static_cast<rlim_t>(next));
  }
  ~NoMoreDescriptors() { Set(before_.rlim_cur); }

 private:
  void Set(rlim_t limit) {
    const rlimit now{limit, before_.rlim_max};
    VARVE_CHECK(::setrlimit(RLIMIT_NOFILE, &now) == 0);
  }
  rlimit before_;
};

TEST_P(PosixBackends, OutOfDescriptorsAcceptSaysSoAndGoesOnLater) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Net& net = fixture.loop().net();
    Endpoint any{fixture.HostV4(), 0};
    const ListenOptions options;
    const auto listener = Must(co_await net.Listen(any, options));
    const Endpoint there = listener->local();
    const auto client = Must(co_await net.Connect(there, kNever));
    {
      const NoMoreDescriptors no_more;
      for (int attempt = 0; attempt < 3; ++attempt) {
        const auto refused = co_await listener->Accept();
        EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
      }
      const auto file =
          co_await fixture.loop().disk().Open(fixture.Directory() + "/f", OpenMode::kCreate);
      EXPECT_TRUE(absl::IsResourceExhausted(file.status())) << file.status();
    }
    Must(co_await listener->Accept());
  };
  fixture_->RunUntilDone(body(*fixture_));
}

// A tiny limit on the size of files stands for a device without room: part of the append fits.
TEST_P(PosixBackends, AFailedAppendLeavesNothingBehind) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes(6000);
    const FileRef file = co_await conformance::MakeFile(fixture.loop().disk(), path, bytes);
    rlimit before;
    VARVE_CHECK(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit tiny{10'000, before.rlim_max};
    VARVE_CHECK(::setrlimit(RLIMIT_FSIZE, &tiny) == 0);
    const Bytes pieces[] = {bytes, bytes};
    const absl::Status status = co_await file->Append(bytes.size(), pieces);
    VARVE_CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(Must(co_await file->Size()), bytes.size());
    Must(co_await file->Append(bytes.size(), pieces));
  };
  ::signal(SIGXFSZ, SIG_IGN);
  fixture_->RunUntilDone(body(*fixture_));
}

TEST_P(PosixBackends, RemovingATreeLeavesWhatItsLinksPointTo) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Disk& disk = fixture.loop().disk();
    const std::string tree = fixture.Directory() + "/tree";
    const std::string kept = fixture.Directory() + "/kept";
    Must(co_await disk.CreateDirectory(tree));
    Must(co_await disk.CreateDirectory(kept));
    Must(co_await ReplaceFile(disk, kept + "/f", AsBytes("x")));
    EXPECT_EQ(::symlink(kept.c_str(), (tree + "/link").c_str()), 0);
    Must(co_await RemoveTree(disk, tree));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(tree)).status()));
    EXPECT_TRUE((co_await disk.Stat(kept + "/f")).ok());
  };
  fixture_->RunUntilDone(body(*fixture_));
}

INSTANTIATE_TEST_SUITE_P(Epoll, PosixBackends, testing::Values(&conformance::MakeEpoll));
INSTANTIATE_TEST_SUITE_P(Uring, PosixBackends, testing::Values(&conformance::MakeUring));

}  // namespace
}  // namespace varve::io
