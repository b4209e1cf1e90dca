#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include "engine/io/backend.h"
#include "engine/io/pool.h"
#include "tests/engine/io/conformance/support.h"

// Loops and threads that are no loops: each backend has its own way of being woken.

namespace varve::io {
namespace {

using conformance::Must;

class LoopThreads : public testing::TestWithParam<BackendKind> {
 protected:
  LoopThreads() {
    BackendOptions options;
    options.kind = GetParam();
    backend_ = Must(OpenBackend(options));
  }
  std::unique_ptr<Backend> backend_;
};

struct CountedWork : Work {
  CountedWork() : Work(&Run) {}
  static void Run(Work& work) {
    auto& self = static_cast<CountedWork&>(work);
    if (--*self.left == 0) self.loop->Stop();
  }
  Loop* loop = nullptr;
  int* left = nullptr;  // the loop's own, without a lock
};

constexpr int kThreads = 4;
constexpr int kPosts = 5000;

void PostAll(std::vector<CountedWork>& works, Loop& loop, int& left) {
  for (CountedWork& work : works) {
    work.loop = &loop;
    work.left = &left;
    loop.Post(work);
  }
}

TEST_P(LoopThreads, PostsOfManyThreadsAllArrive) {
  int left = kThreads * kPosts;
  std::array<std::vector<CountedWork>, kThreads> works;
  for (auto& of_thread : works) of_thread = std::vector<CountedWork>(kPosts);
  const std::unique_ptr<Loop> loop = Must(backend_->NewLoop());
  std::vector<std::thread> threads;
  for (auto& of_thread : works) {
    threads.emplace_back([&] { PostAll(of_thread, *loop, left); });
  }
  loop->Run();
  EXPECT_EQ(left, 0);
  for (std::thread& thread : threads) thread.join();
}

// The work that is posted ends the loop, and its thread frees it, while the poster is still on
// its way out of Post.
TEST_P(LoopThreads, APosterMayBeTheLastToLeaveTheLoop) {
  for (int round = 0; round < 300; ++round) {
    std::vector<CountedWork> work(1);
    int left = 1;
    std::unique_ptr<Loop> loop = Must(backend_->NewLoop());
    std::thread poster([&work, &left, on = loop.get()] { PostAll(work, *on, left); });
    loop->Run();
    loop.reset();
    poster.join();
  }
}

TEST_P(LoopThreads, StopFromOutsideEndsASleepingLoop) {
  for (int round = 0; round < 100; ++round) {
    std::unique_ptr<Loop> loop = Must(backend_->NewLoop());
    std::thread stopper([on = loop.get()] { on->Stop(); });
    loop->Run();
    loop.reset();
    stopper.join();
  }
}

TEST_P(LoopThreads, ALoopMadeHereRunsThere) {
  const std::unique_ptr<Loop> loop = Must(backend_->NewLoop());
  std::thread runner([&] { loop->Run(); });
  loop->Stop();
  runner.join();
}

Task<void> OffloadOnce(Loop& loop, std::thread::id& ran_on) {
  auto note = [&] { ran_on = std::this_thread::get_id(); };
  co_await Offload(loop, note);
  loop.Stop();
}

TEST_P(LoopThreads, OffloadLeavesTheLoopsThread) {
  const std::unique_ptr<Loop> loop = Must(backend_->NewLoop());
  std::thread::id ran_on;
  StartDetached(OffloadOnce(*loop, ran_on));
  loop->Run();
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

std::string NameOf(const testing::TestParamInfo<BackendKind>& info) {
  return info.param == BackendKind::kEpoll ? "epoll" : "uring";
}

INSTANTIATE_TEST_SUITE_P(Backends, LoopThreads,
                         testing::Values(BackendKind::kEpoll, BackendKind::kUring), NameOf);

}  // namespace
}  // namespace varve::io
