#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/engine/io/sim/sim_machine.h"

namespace varve::io {
namespace {

constexpr uint64_t kSeeds = 200;

// What is found after `act` under a crash, over many seeds.
template <typename Act>
std::set<std::string> Outcomes(SimCrash kind, std::string path, Act act) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    SimMachine machine({.seed = seed});
    act(machine);
    machine.Crash(kind);
    outcomes.insert(machine.Text(path));
  }
  return outcomes;
}

using Texts = std::set<std::string>;

TEST(SimCrash, ProcessKeepsWhatWasWritten) {
  const Texts outcomes = Outcomes(SimCrash::kProcess, "a", [](SimMachine& machine) {
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.Append(file, "never synced").ok());
  });
  EXPECT_EQ(outcomes, Texts{"never synced"});
}

TEST(SimCrash, PowerKeepsWhatWasSynced) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.Append(file, "synced").ok());
    ASSERT_TRUE(machine.Sync(file).ok());
    ASSERT_TRUE(machine.SyncDirectory("/").ok());
  });
  EXPECT_EQ(outcomes, Texts{"synced"});
}

TEST(SimCrash, PowerMayLoseTearOrKeepAnUnsyncedAppend) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.Append(file, "old").ok());
    ASSERT_TRUE(machine.Sync(file).ok());
    ASSERT_TRUE(machine.SyncDirectory("/").ok());
    ASSERT_TRUE(machine.Append(file, "new").ok());
  });
  EXPECT_TRUE(outcomes.contains("old"));                                // size had not grown
  EXPECT_TRUE(outcomes.contains("oldnew"));                             // all of it
  EXPECT_TRUE(outcomes.contains(std::string("old\0\0\0", 6)));          // size without bytes
  EXPECT_TRUE(outcomes.contains("oldn") || outcomes.contains("oldne"))  // torn
      << ::testing::PrintToString(outcomes);
  for (const std::string& outcome : outcomes) EXPECT_EQ(outcome.substr(0, 3), "old");
}

TEST(SimCrash, SectorsSurviveOnTheirOwn) {
  const std::string block(512, 'x');
  bool later_without_earlier = false;
  for (const std::string& outcome : Outcomes(SimCrash::kPower, "a", [&](SimMachine& machine) {
         const FileRef file = machine.Create("a");
         ASSERT_TRUE(machine.SyncDirectory("/").ok());
         ASSERT_TRUE(machine.Append(file, block).ok());
         ASSERT_TRUE(machine.Append(file, block).ok());
       })) {
    const bool earlier = outcome.find('x') < 512;
    if (!earlier && outcome.find('x') != outcome.npos) later_without_earlier = true;
  }
  EXPECT_TRUE(later_without_earlier);
}

TEST(SimCrash, ALostTruncationBringsTheBytesBack) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    EXPECT_TRUE(machine.disk().Put("a", AsBytes("0123456789")).ok());
    const FileRef file = machine.Open("a", OpenMode::kReadWrite);
    ASSERT_TRUE(machine.world.Run(*machine.loop, file->Truncate(4)).ok());
  });
  EXPECT_TRUE(outcomes.contains("0123456789"));
  EXPECT_TRUE(outcomes.contains("0123"));
}

TEST(SimCrash, AFileMayAppearWithoutItsBytesAndBytesWithoutAName) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.Append(file, "x").ok());
  });
  EXPECT_EQ(outcomes, (Texts{"(none)", "", std::string(1, '\0'), "x"}));
  const Texts synced = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.Append(file, "x").ok());
    ASSERT_TRUE(machine.Sync(file).ok());
  });
  EXPECT_EQ(synced, (Texts{"(none)", "x"}));
}

// Of a rename that replaced something, by both names.
std::set<std::pair<std::string, std::string>> RenameOutcomes(unsigned lies, bool synced) {
  std::set<std::pair<std::string, std::string>> outcomes;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimMachine machine({.seed = seed});
    EXPECT_TRUE(machine.disk().Put("to", AsBytes("old")).ok());
    EXPECT_TRUE(machine.disk().Put("from", AsBytes("new")).ok());
    machine.disk().Lie(lies);
    EXPECT_TRUE(machine.Rename("from", "to").ok());
    if (synced) {
      EXPECT_TRUE(machine.SyncDirectory("").ok());
    }
    machine.Crash(SimCrash::kPower);
    outcomes.emplace(machine.Text("from"), machine.Text("to"));
  }
  return outcomes;
}

using Pairs = std::set<std::pair<std::string, std::string>>;

TEST(SimCrash, ARenameIsWholeOrNotAtAll) {
  EXPECT_EQ(RenameOutcomes(kNoLie, false), (Pairs{{"(none)", "new"}, {"new", "old"}}));
  EXPECT_EQ(RenameOutcomes(kNoLie, true), (Pairs{{"(none)", "new"}}));
}

TEST(SimCrash, ALyingRenameMayLoseOrDoubleTheFile) {
  EXPECT_EQ(RenameOutcomes(kLieRename, false),
            (Pairs{{"(none)", "new"}, {"new", "old"}, {"(none)", "old"}, {"new", "new"}}));
}

TEST(SimCrash, ALyingDirectorySyncKeepsNothingForSure) {
  EXPECT_EQ(RenameOutcomes(kLieSyncDirectory, true), (Pairs{{"(none)", "new"}, {"new", "old"}}));
}

TEST(SimCrash, ALyingSyncKeepsNothingForSure) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    machine.disk().Lie(kLieSyncData);
    const FileRef file = machine.Create("a");
    ASSERT_TRUE(machine.SyncDirectory("").ok());
    ASSERT_TRUE(machine.Append(file, "x").ok());
    ASSERT_TRUE(machine.Sync(file).ok());
  });
  EXPECT_EQ(outcomes, (Texts{"", std::string(1, '\0'), "x"}));
}

TEST(SimCrash, ADirectorySyncCoversThatDirectoryOnly) {
  bool outer_lost = false;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimMachine machine({.seed = seed});
    ASSERT_TRUE(machine.CreateDirectory("d").ok());
    machine.Create("d/a");
    ASSERT_TRUE(machine.SyncDirectory("d").ok());
    machine.Crash(SimCrash::kPower);
    if (!machine.disk().Exists("d")) outer_lost = true;
    EXPECT_EQ(machine.disk().Exists("d"), machine.disk().Exists("d/a"));
  }
  EXPECT_TRUE(outer_lost);
}

TEST(SimCrash, ARemovalMayComeBack) {
  const Texts outcomes = Outcomes(SimCrash::kPower, "a", [](SimMachine& machine) {
    EXPECT_TRUE(machine.disk().Put("a", AsBytes("x")).ok());
    ASSERT_TRUE(machine.Remove("a").ok());
  });
  EXPECT_EQ(outcomes, (Texts{"(none)", "x"}));
}

TEST(SimCrash, OnlyPowerChangesTheBootId) {
  SimMachine machine;
  const std::string first = machine.disk().boot_id();
  machine.Crash(SimCrash::kProcess);
  EXPECT_EQ(machine.disk().boot_id(), first);
  machine.Crash(SimCrash::kPower);
  EXPECT_NE(machine.disk().boot_id(), first);
}

TEST(SimCrash, AProcessCrashDoesNotSyncAnything) {
  Texts outcomes;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimMachine machine({.seed = seed});
    ASSERT_TRUE(machine.Append(machine.Create("a"), "x").ok());
    machine.Crash(SimCrash::kProcess);
    machine.Crash(SimCrash::kPower);
    outcomes.insert(machine.Text("a"));
  }
  EXPECT_EQ(outcomes, (Texts{"(none)", "", std::string(1, '\0'), "x"}));
}

// Appends, syncs, renames: what the crash at each of its operations leaves.
Task<absl::Status> Workload(Disk& disk) {
  for (int i = 0; i < 3; ++i) {
    const std::string content(700, static_cast<char>('a' + i));
    absl::Status status = co_await ReplaceFile(disk, "state", AsBytes(content));
    if (!status.ok()) co_return status;
  }
  co_return absl::OkStatus();
}

TEST(SimCrash, AtEachOperationLeavesTheOldOrTheNew) {
  for (const SimCrash kind : {SimCrash::kProcess, SimCrash::kPower}) {
    Texts outcomes;
    uint64_t operations = 0;
    for (uint64_t n = 1;; ++n) {
      SimMachine machine({.seed = n});
      machine.disk().CrashAtOperation(n, kind);
      const absl::Status status = machine.world.Run(*machine.loop, Workload(machine.loop->disk()));
      operations = machine.disk().operations();
      if (status.ok()) break;
      EXPECT_TRUE(absl::IsAborted(status)) << status;
      EXPECT_EQ(operations, n);
      machine.Restart();
      outcomes.insert(machine.Text("state").substr(0, 6));
      EXPECT_TRUE(machine.Text("state") == "(none)" || machine.Text("state").size() == 700);
    }
    EXPECT_EQ(operations, 15u);  // three times open, append, sync, rename, sync of the directory
    EXPECT_EQ(outcomes, (Texts{"(none)", "aaaaaa", "bbbbbb", "cccccc"}));
  }
}

TEST(SimCrash, WhatWasOpenIsAbortedForever) {
  SimMachine machine;
  const FileRef file = machine.Create("a");
  auto old_loop = std::move(machine.loop);
  machine.disk().Crash(SimCrash::kProcess);
  machine.loop = machine.world.NewLoop();
  EXPECT_TRUE(absl::IsAborted(machine.TryOpen("a", OpenMode::kRead)));
  EXPECT_TRUE(absl::IsAborted(machine.Append(file, "x")));
  machine.disk().Restart();
  EXPECT_TRUE(machine.TryOpen("a", OpenMode::kRead).ok());
  EXPECT_TRUE(absl::IsAborted(machine.Append(file, "x")));
  EXPECT_EQ(machine.Text("a"), "");
}

TEST(SimCrash, ReleasesLocks) {
  SimMachine machine;
  auto lock = machine.world.Run(*machine.loop, machine.loop->disk().Lock(".lock"));
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE(absl::IsUnavailable(
      machine.world.Run(*machine.loop, machine.loop->disk().Lock(".lock")).status()));
  machine.Crash(SimCrash::kProcess);
  auto again = machine.world.Run(*machine.loop, machine.loop->disk().Lock(".lock"));
  ASSERT_TRUE(again.ok());
  lock->reset();  // of the process that died: must not release the new one's
  EXPECT_TRUE(absl::IsUnavailable(
      machine.world.Run(*machine.loop, machine.loop->disk().Lock(".lock")).status()));
}

}  // namespace
}  // namespace varve::io
