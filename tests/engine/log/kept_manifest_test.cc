#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/directory.h"
#include "engine/log/log.h"
#include "tests/engine/log/log_batches.h"
#include "tests/engine/log/machine.h"

// A manifest that outlives crashes: what it says of logs that nobody has changed since holds, and
// the others are looked at.
namespace varve::log::test {
namespace {

using Names = std::vector<std::string>;

// A log directory with some logs in it, from start to stop.
class Host : public Machine {
 public:
  explicit Host(io::SimOptions options = {}) : Machine(options) {}
  ~Host() { Drop(); }

  absl::Status Start(const Names& names, int64_t last = 3, int64_t now = 3) {
    auto opened = Run(LogDirectory::Open(*loop, "d", LogDirectory::ManifestUse::kKeep));
    RETURN_IF_ERROR(opened.status());
    directory = *std::move(opened);
    RETURN_IF_ERROR(Run(directory->BeginRun(last, now)));
    for (const std::string& name : names) RETURN_IF_ERROR(Open(name));
    for (const auto& [name, log] : logs) {
      if (!log->open_report().may_have_lost_tail) continue;
      RETURN_IF_ERROR(Run(log->BeginEpoch(log->leader_epoch() + 1)));
    }
    RETURN_IF_ERROR(Run(directory->WriteCheckpoints(Checkpoints())));
    return Run(directory->Recovered());
  }

  absl::Status Open(const std::string& name) {
    const bool there = disk().Exists(fmt::format("d/{}-0/partition.metadata", name));
    if (!there) {
      RETURN_IF_ERROR(Run(directory->CreatePartition(name, 0, Uuid{1, 2})));
      RETURN_IF_ERROR(Run(directory->SyncNames()));
    }
    Config config;
    config.segment_bytes = 200;  // two batches
    OpenArguments arguments = directory->ArgumentsFor(name, 0, config);
    if (!there) arguments.stop = Stop::kClean;
    unseen[name] = arguments.as_left != nullptr;
    auto opened = Run(Log::Open(*loop, *files, directory->health(), std::move(arguments)));
    RETURN_IF_ERROR(opened.status());
    logs[name] = *std::move(opened);
    logs[name]->AdvanceHighWatermark(logs[name]->offsets().end);
    return absl::OkStatus();
  }

  absl::Status Append(const std::string& name, int64_t time) {
    Buffer batch = MakeBatch({time});
    return Run(logs[name]->Append(batch)).status();
  }
  absl::Status AppendDurably(const std::string& name, int64_t time) {
    RETURN_IF_ERROR(Append(name, time));
    return Run(logs[name]->Flush());
  }
  absl::Status TruncateTo(const std::string& name, int64_t offset) {
    LogDirectory::Checkpoints checkpoints = Checkpoints();
    checkpoints.recovery_points[{name, 0}] = offset;
    RETURN_IF_ERROR(Run(directory->WriteCheckpoints(checkpoints)));
    return Run(logs[name]->TruncateTo(offset)).status();
  }
  absl::Status Replace(const std::string& name) {
    IgnoreError(Run(logs[name]->Close(false)));
    logs.erase(name);
    RETURN_IF_ERROR(Run(directory->DoomPartition(name, 0)));
    RETURN_IF_ERROR(Run(directory->SyncNames()));
    RETURN_IF_ERROR(Run(directory->RemoveDoomed()));
    return Open(name);
  }

  absl::Status StopCleanly(int64_t epoch = 3) {
    Manifest manifest;
    manifest.broker_epoch = epoch;
    const LogDirectory::Checkpoints checkpoints = Checkpoints();
    for (const auto& [name, log] : logs) {
      RETURN_IF_ERROR(Run(log->Close()));
      if (describe && log->as_left() != nullptr)
        manifest.logs[{name, 0}] = {Uuid{1, 2}, log->as_left()};
    }
    RETURN_IF_ERROR(Run(directory->CloseCleanly(checkpoints, std::move(manifest))));
    Drop();
    Restart();
    return absl::OkStatus();
  }
  void Crash(io::SimCrash kind) {
    if (!disk().crashed()) disk().Crash(kind);
    Drop();
    Restart();
  }

  // The times of the batches in a log.
  std::vector<int64_t> Times(const std::string& name) {
    std::vector<int64_t> times;
    Log& log = *logs[name];
    for (int64_t at = log.offsets().log_start; at < log.offsets().end;) {
      const auto read = Run(log.Read(at, 1 << 20, log.offsets().end, true));
      if (!read.ok()) return {-1};
      Buffer bytes(read->range.size);
      const auto got = Run(read->range.file->Read(read->range.position, bytes));
      if (!got.ok() || *got != bytes.size() || bytes.empty()) return {-2};
      for (Bytes rest(bytes); !rest.empty();) {
        const record::BatchView batch(rest.first(record::BatchView(rest).size_bytes()));
        if (batch.ComputeCrc() != batch.crc()) return {-3};
        times.push_back(batch.max_timestamp());
        at = batch.next_offset();
        rest = rest.subspan(batch.size_bytes());
      }
    }
    return times;
  }

  std::unique_ptr<LogDirectory> directory;
  std::map<std::string, std::unique_ptr<Log>> logs;
  std::map<std::string, bool> unseen;  // restored without a look
  bool describe = true;                // what is stopped cleanly

 private:
  LogDirectory::Checkpoints Checkpoints() {
    LogDirectory::Checkpoints checkpoints;
    for (const auto& [name, log] : logs) {
      checkpoints.recovery_points[{name, 0}] = log->offsets().durable;
      checkpoints.high_watermarks[{name, 0}] = log->offsets().high_watermark;
    }
    return checkpoints;
  }
  void Drop() {
    for (const auto& [name, log] : logs) IgnoreError(Run(log->Close(false)));
    logs.clear();
    directory.reset();
  }
};

const Names kNames{"a", "b", "c"};

// Three batches in each of three logs, stopped cleanly.
void Fill(Host& host) {
  ASSERT_TRUE(host.Start(kNames).ok());
  for (const std::string& name : kNames) {
    for (int64_t time = 1; time <= 3; ++time) ASSERT_TRUE(host.Append(name, time).ok());
  }
  ASSERT_TRUE(host.StopCleanly().ok());
}

class KeptManifest : public ::testing::TestWithParam<io::SimCrash> {
 protected:
  KeptManifest() { Fill(host_); }

  // What a producer writes to the first log.
  absl::StatusOr<Appended> Produce(int32_t sequence) {
    const int64_t now_ms = host_.loop->clock().WallMillis();
    Buffer batch = ProducedBatch({.sequence = sequence, .time = now_ms});
    return host_.Run(host_.logs["a"]->Append(batch));
  }

  Host host_;
};

TEST_P(KeptManifest, AfterACrashOnlyChangedLogsAreLookedAt) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_TRUE(host_.unseen["a"] && host_.unseen["b"] && host_.unseen["c"]);
  ASSERT_TRUE(host_.AppendDurably("b", 4).ok());
  host_.Crash(GetParam());
  for (int round = 0; round < 2; ++round) {  // a crash of a start that changed nothing
    host_.disk().Inject({.path = "/a-0", .times = io::SimFault::kForever});
    host_.disk().Inject({.path = "/c-0", .times = io::SimFault::kForever});
    ASSERT_TRUE(host_.Start(kNames).ok());
    EXPECT_TRUE(host_.unseen["a"] && host_.unseen["c"]);
    EXPECT_FALSE(host_.unseen["b"]);
    host_.disk().ClearFaults();
    EXPECT_EQ(host_.Times("a"), (std::vector<int64_t>{1, 2, 3}));
    EXPECT_EQ(host_.Times("b"), (std::vector<int64_t>{1, 2, 3, 4}));
    host_.Crash(GetParam());
  }
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_TRUE(host_.StopCleanly().ok());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_TRUE(host_.unseen["a"] && host_.unseen["b"] && host_.unseen["c"]);
}

TEST_P(KeptManifest, OfARunOfAnotherProgramIsNotUsed) {
  ASSERT_TRUE(host_.Start(kNames, 3, 4).ok());
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames, 4, 5).ok());
  EXPECT_TRUE(host_.unseen["a"]);
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames, 6, 7).ok());  // 6 was somebody else
  EXPECT_FALSE(host_.unseen["a"] || host_.unseen["b"] || host_.unseen["c"]);
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames, 7, 8).ok());
  EXPECT_FALSE(host_.unseen["a"]);
}

TEST_P(KeptManifest, WithADamagedListIsNotUsed) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_TRUE(host_.AppendDurably("b", 4).ok());
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.disk().FlipBit("d/varve-changed", 3, 1).ok());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_FALSE(host_.unseen["a"] || host_.unseen["b"] || host_.unseen["c"]);
  ASSERT_EQ(host_.directory->notes().size(), 1U);
  EXPECT_NE(host_.directory->notes()[0].find("varve-changed is not used"), std::string::npos);
}

TEST_P(KeptManifest, IsNotTakenForThatOfAStopWithoutOne) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_TRUE(host_.Append("a", 4).ok());
  host_.describe = false;
  ASSERT_TRUE(host_.StopCleanly().ok());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_FALSE(host_.unseen["a"] || host_.unseen["b"] || host_.unseen["c"]);
  EXPECT_EQ(host_.Times("a"), (std::vector<int64_t>{1, 2, 3, 4}));
}

TEST_P(KeptManifest, OnAFullDiskRetentionWorks) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_TRUE(host_.Run(host_.logs["a"]->AdvanceLogStart(3)).ok());
  host_.disk().Inject({.call = io::SimCall::kAppend,
                       .kind = io::SimFault::kNoSpace,
                       .times = io::SimFault::kForever});
  const auto gone = host_.Run(host_.logs["a"]->ApplyRetention(1000));
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_GT(gone->count(), 0U);
  host_.disk().ClearFaults();
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_EQ(host_.Times("b"), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(host_.Times("a").back(), 3);
}

// A producer that goes on after a start sends what its log must know to be the next, or sent twice.
TEST_P(KeptManifest, RemembersProducers) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_EQ(Produce(0)->base_offset, 3);
  ASSERT_TRUE(host_.StopCleanly().ok());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_TRUE(host_.unseen["a"]);
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_TRUE(host_.unseen["a"]);
  EXPECT_EQ(Produce(0)->base_offset, 3);
  EXPECT_EQ(Produce(1)->base_offset, 4);
  EXPECT_FALSE(Produce(7).ok());
}

TEST_P(KeptManifest, TellsProducersFromTheirBatchesIfTheirSnapshotIsDamaged) {
  ASSERT_TRUE(host_.Start(kNames).ok());
  ASSERT_EQ(Produce(0)->base_offset, 3);
  ASSERT_TRUE(host_.StopCleanly().ok());
  ASSERT_TRUE(host_.disk().FlipBit("d/a-0/00000000000000000004.snapshot", 9, 1).ok());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_EQ(Produce(0)->base_offset, 3);
  host_.Crash(GetParam());
  ASSERT_TRUE(host_.Start(kNames).ok());
  EXPECT_FALSE(host_.unseen["a"]);
  EXPECT_EQ(Produce(1)->base_offset, 4);
}

INSTANTIATE_TEST_SUITE_P(Stops, KeptManifest,
                         ::testing::Values(io::SimCrash::kProcess, io::SimCrash::kPower));

// A run of a program, as steps; what each may leave of the logs when it is cut short, and what it
// surely leaves when it was not.
struct Step {
  std::function<absl::Status(Host&)> run;
  std::string log{};
  std::vector<std::vector<int64_t>> may_leave{};
  std::vector<int64_t> leaves{};
};

std::vector<Step> Workload() {
  return {
      {[](Host& host) { return host.Start(kNames); }},
      {[](Host& host) { return host.AppendDurably("a", 4); }, "a", {}, {1, 2, 3, 4}},
      {[](Host& host) { return host.Replace("b"); }, "b", {}, {}},
      {[](Host& host) { return host.AppendDurably("b", 7); }, "b", {}, {7}},
      {[](Host& host) { return host.TruncateTo("c", 1); }, "c", {{1, 2}}, {1}},
      {[](Host& host) { return host.AppendDurably("c", 9); }, "c", {}, {1, 9}},
      {[](Host& host) { return host.StopCleanly(); }},
      {[](Host& host) { return host.Start(kNames); }},
      {[](Host& host) { return host.AppendDurably("c", 10); }, "c", {}, {1, 9, 10}},
      {[](Host& host) { return host.StopCleanly(); }},
  };
}

using Contents = std::map<std::string, std::vector<std::vector<int64_t>>>;  // what is allowed

// Runs the workload until it is cut short; returns what the logs may hold then.
Contents RunUntilCrash(Host& host, bool& finished) {
  Contents allowed;
  for (const std::string& name : kNames) allowed[name] = {{1, 2, 3}};
  for (const Step& step : Workload()) {
    const absl::Status status = step.run(host);
    finished = status.ok() && !host.disk().crashed();
    if (step.log.empty()) {
      if (!finished) return allowed;
      continue;
    }
    auto& contents = allowed[step.log];
    if (finished) contents.clear();
    contents.push_back(step.leaves);
    if (!finished) contents.insert(contents.end(), step.may_leave.begin(), step.may_leave.end());
    if (!finished) return allowed;
  }
  return allowed;
}

void CheckAndGoOn(Host& host, const Contents& allowed) {
  const absl::Status started = host.Start(kNames);
  ASSERT_TRUE(started.ok()) << started;
  std::map<std::string, std::vector<int64_t>> found;
  for (const std::string& name : kNames) {
    found[name] = host.Times(name);
    EXPECT_TRUE(std::ranges::find(allowed.at(name), found[name]) != allowed.at(name).end())
        << name << ": " << testing::PrintToString(found[name]);
    EXPECT_TRUE(host.Append(name, 50).ok());
    found[name].push_back(50);
  }
  host.Crash(io::SimCrash::kProcess);
  ASSERT_TRUE(host.Start(kNames).ok());
  for (const std::string& name : kNames) {
    EXPECT_EQ(host.Times(name), found[name]) << name;
    EXPECT_TRUE(host.logs[name]->open_report().notes.empty());
  }
}

TEST_P(KeptManifest, SurvivesAStopAtEachOperation) {
  bool finished = false;
  for (uint64_t n = 1; !finished; ++n) {
    SCOPED_TRACE(fmt::format("crash at operation {}", n));
    Host host({.seed = n});
    Fill(host);
    host.disk().CrashAtOperation(n, GetParam());
    const Contents allowed = RunUntilCrash(host, finished);
    host.disk().CrashAtOperation(0, GetParam());
    host.Crash(GetParam());
    CheckAndGoOn(host, allowed);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace varve::log::test
