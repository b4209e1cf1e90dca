#include "engine/io/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/engine/io/manual_loop.h"

namespace varve::io {
namespace {

Task<int> Value(int value) { co_return value; }

Task<int> Sum(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await Value(i);
  co_return sum;
}

TEST(Task, YieldsItsValue) {
  ManualLoop loop;
  int result = 0;
  auto body = [](int& into) -> Task<void> { into = co_await Sum(10); };
  loop.RunTask(body(result));
  EXPECT_EQ(result, 45);
}

Task<void> Mark(bool& started) {
  started = true;
  co_return;
}

TEST(Task, StartsOnlyWhenAwaited) {
  bool started = false;
  {
    const Task<void> dropped = Mark(started);
  }
  EXPECT_FALSE(started);
  StartDetached(Mark(started));
  EXPECT_TRUE(started);
}

Task<std::unique_ptr<std::string>> Owned(std::string text) {
  co_return std::make_unique<std::string>(std::move(text));
}

TEST(Task, MovesWhatCanOnlyBeMoved) {
  ManualLoop loop;
  std::unique_ptr<std::string> result;
  auto body = [](std::unique_ptr<std::string>& into) -> Task<void> {
    into = co_await Owned("text");
  };
  loop.RunTask(body(result));
  EXPECT_EQ(*result, "text");
}

Task<void> Nested(int depth, int& deepest) {
  deepest = std::max(deepest, depth);
  if (depth < 500) co_await Nested(depth + 1, deepest);
}

TEST(Task, NestsDeeply) {
  ManualLoop loop;
  int deepest = 0;
  loop.RunTask(Nested(0, deepest));
  EXPECT_EQ(deepest, 500);
}

struct Counted {
  explicit Counted(int& alive) : count(&alive) { ++*count; }
  Counted(const Counted& other) : count(other.count) { ++*count; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count; }
  int* count;
};

Task<void> Hold(Loop& loop, Counted held) {
  EXPECT_GE(*held.count, 1);
  co_await Yield{loop};
}

TEST(Task, FreesItsParametersOnce) {
  ManualLoop loop;
  int alive = 0;
  auto body = [](Loop& on, int& count) -> Task<void> {
    Counted counted(count);
    Task<void> task = Hold(on, Counted(count));
    EXPECT_EQ(count, 2);
    {
      Task<void> dropped = std::move(task);
    }
    EXPECT_EQ(count, 1);
    Task<void> run = Hold(on, Counted(count));
    EXPECT_EQ(count, 2);
    co_await std::move(run);
  };
  loop.RunTask(body(loop, alive));
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace varve::io
