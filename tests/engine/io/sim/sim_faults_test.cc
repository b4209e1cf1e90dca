#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/io/sync.h"
#include "tests/engine/io/sim/sim_machine.h"

namespace varve::io {
namespace {

using namespace std::chrono_literals;

TEST(SimFaults, TheNthCallFails) {
  SimMachine machine;
  machine.disk().Inject({.call = SimCall::kSyncData, .path = "a", .skip = 1});
  const FileRef a = machine.Create("a");
  const FileRef b = machine.Create("b");
  EXPECT_TRUE(machine.Sync(a).ok());
  EXPECT_TRUE(machine.Sync(b).ok());
  EXPECT_TRUE(absl::IsDataLoss(machine.Sync(a)));
  EXPECT_TRUE(machine.Sync(a).ok());
}

TEST(SimFaults, EachCallMayFail) {
  for (const SimCall call : {SimCall::kCreate, SimCall::kCreateDirectory, SimCall::kRename,
                             SimCall::kRemove, SimCall::kSyncDirectory}) {
    SimMachine machine;
    ASSERT_TRUE(machine.disk().Put("here", {}).ok());
    machine.disk().Inject({.call = call, .kind = SimFault::kDenied});
    const auto calls = [&](SimCall which) {
      switch (which) {
        case SimCall::kCreate:
          return machine.TryOpen("new", OpenMode::kCreate);
        case SimCall::kCreateDirectory:
          return machine.CreateDirectory("d");
        case SimCall::kRename:
          return machine.Rename("here", "there");
        case SimCall::kRemove:
          return machine.Remove("here");
        default:
          return machine.SyncDirectory("/");
      }
    };
    const std::string before = machine.disk().DumpTree();
    EXPECT_TRUE(absl::IsPermissionDenied(calls(call))) << NameOf(call);
    EXPECT_EQ(machine.disk().DumpTree(), before);
    EXPECT_TRUE(calls(call).ok());
  }
}

TEST(SimFaults, AFailedAppendIsCutBack) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  ASSERT_TRUE(machine.Append(file, "kept").ok());
  for (const auto kind : {SimFault::kIoError, SimFault::kNoSpace}) {
    machine.disk().Inject({.call = SimCall::kAppend, .kind = kind});
    EXPECT_FALSE(machine.Append(file, "not kept").ok());
    EXPECT_EQ(machine.Text("a"), "kept");
  }
}

TEST(SimFaults, AFailedSyncDropsTheDirtyPages) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SimMachine machine({.seed = seed});
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.SyncDirectory("/").ok());
    ASSERT_TRUE(machine.Append(file, "lost").ok());
    machine.disk().Inject({.call = SimCall::kSyncData});
    EXPECT_TRUE(absl::IsDataLoss(machine.Sync(file)));
    EXPECT_TRUE(machine.Sync(file).ok());  // says nothing about what is gone
    EXPECT_EQ(machine.Text("a"), "lost");
    ASSERT_TRUE(machine.Append(file, "kept").ok());
    ASSERT_TRUE(machine.Sync(file).ok());
    machine.Crash(SimCrash::kPower);
    EXPECT_EQ(machine.Text("a"), std::string("\0\0\0\0kept", 8));
  }
}

TEST(SimFaults, AFullDiskRefusesAndRecovers) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  machine.disk().set_free_bytes(10);
  ASSERT_TRUE(machine.Append(file, "12345678").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(machine.Append(file, "123")));
  EXPECT_EQ(machine.Text("a"), "12345678");
  EXPECT_TRUE(machine.Append(file, "12").ok());
  auto space = machine.world.Run(*machine.loop, machine.loop->disk().Space("a"));
  EXPECT_EQ(space->free_bytes, 0u);
  ASSERT_TRUE(machine.world.Run(*machine.loop, file->Truncate(5)).ok());
  EXPECT_EQ(machine.disk().FreeBytes(), 5u);
  EXPECT_TRUE(machine.Append(file, "67890").ok());
}

TEST(SimFaults, AllocationTakesSpaceAndAppendsUseIt) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  machine.disk().set_free_bytes(10);
  ASSERT_TRUE(machine.world.Run(*machine.loop, file->Allocate(0, 8)).ok());
  EXPECT_EQ(machine.disk().FreeBytes(), 2u);
  EXPECT_EQ(machine.Text("a"), "");
  ASSERT_TRUE(machine.Append(file, "12345678").ok());
  EXPECT_EQ(machine.disk().FreeBytes(), 2u);
  EXPECT_TRUE(absl::IsResourceExhausted(machine.world.Run(*machine.loop, file->Allocate(8, 3))));
}

TEST(SimFaults, ARemovedFileFreesItsSpaceWhenItIsClosed) {
  SimMachine machine;
  FileRef file = machine.Create("a");
  machine.disk().set_free_bytes(10);
  ASSERT_TRUE(machine.Append(file, "1234567890").ok());
  ASSERT_TRUE(machine.Remove("a").ok());
  EXPECT_EQ(machine.disk().FreeBytes(), 0u);
  Buffer into(10);
  EXPECT_EQ(machine.world.Run(*machine.loop, file->Read(0, into)).value(), 10u);
  file.reset();
  EXPECT_EQ(machine.disk().FreeBytes(), 10u);
}

TEST(SimFaults, BadRangesCannotBeRead) {
  SimMachine machine;
  ASSERT_TRUE(machine.disk().Put("a", Buffer(1000)).ok());
  ASSERT_TRUE(machine.disk().MarkBad("a", 512, 10).ok());
  const FileRef file = machine.Open("a", OpenMode::kRead);
  Buffer into(512);
  EXPECT_TRUE(machine.world.Run(*machine.loop, file->Read(0, into)).ok());
  EXPECT_TRUE(absl::IsDataLoss(machine.world.Run(*machine.loop, file->Read(1, into)).status()));
}

TEST(SimFaults, FlippedBitsStayFlipped) {
  SimMachine machine;
  ASSERT_TRUE(machine.disk().Put("a", AsBytes("aaaa")).ok());
  ASSERT_TRUE(machine.disk().FlipBit("a", 1, 1).ok());
  EXPECT_EQ(machine.Text("a"), "acaa");
  machine.Crash(SimCrash::kPower);
  EXPECT_EQ(machine.Text("a"), "acaa");
  EXPECT_FALSE(machine.disk().FlipBit("a", 4, 0).ok());
}

TEST(SimFaults, SlowCallsTakeTheirTime) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  machine.disk().Inject({.call = SimCall::kSyncData, .kind = SimFault::kSlow, .delay = 10s});
  const MonoTime before = machine.loop->Now();
  EXPECT_TRUE(machine.Sync(file).ok());
  EXPECT_GE(machine.loop->Now() - before, 10s);
}

TEST(SimFaults, OneInManyFailsBySeed) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  machine.disk().Inject({.call = SimCall::kAppend, .times = SimFault::kForever, .one_in = 4});
  int failed = 0;
  for (int i = 0; i < 400; ++i) failed += machine.Append(file, "x").ok() ? 0 : 1;
  EXPECT_GT(failed, 50);
  EXPECT_LT(failed, 200);
  machine.disk().ClearFaults();
  EXPECT_TRUE(machine.Append(file, "x").ok());
}

// A sync answers for what was appended before it started, and for no more.
TEST(SimFaults, ASyncDoesNotCoverWhatComesMeanwhile) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimMachine machine({.seed = seed});
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.SyncDirectory("/").ok());
    ASSERT_TRUE(machine.Append(file, "1").ok());
    machine.disk().Inject({.call = SimCall::kSyncData, .kind = SimFault::kSlow, .delay = 1s});
    auto sync = [](File& of) -> Task<void> { EXPECT_TRUE((co_await of.SyncData()).ok()); };
    Gate gate(*machine.loop);
    gate.Spawn(sync(*file));
    ASSERT_TRUE(machine.Append(file, "2").ok());
    machine.world.Run(*machine.loop, gate.Close());
    machine.Crash(SimCrash::kPower);
    outcomes.insert(machine.Text("a"));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"1", "12", std::string("1\0", 2)}));
}

TEST(SimDisk, SavedStatesAreDisksOfTheirOwn) {
  SimMachine machine;
  ASSERT_TRUE(machine.CreateDirectory("d").ok());
  const FileRef file = machine.Create("d/a");
  ASSERT_TRUE(machine.Append(file, "then").ok());
  const SimDisk::Image image = machine.disk().Save();
  const std::string dump = machine.disk().DumpTree();
  ASSERT_TRUE(machine.Append(file, " and now").ok());
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimMachine other({.seed = seed});
    other.disk().Load(image);
    EXPECT_EQ(other.disk().DumpTree(), dump);
    other.Crash(SimCrash::kPower);
    outcomes.insert(other.Text("d/a"));
  }
  EXPECT_TRUE(outcomes.contains("then") && outcomes.contains("(none)"));
  EXPECT_EQ(machine.Text("d/a"), "then and now");
}

}  // namespace
}  // namespace varve::io
