#include "engine/log/directory.h"

#include <gtest/gtest.h>

#include "tests/engine/log/machine.h"

namespace varve::log::test {
namespace {

using Checkpoints = LogDirectory::Checkpoints;

class DirectoryTest : public testing::Test {
 protected:
  ~DirectoryTest() override { directory_.reset(); }

  absl::Status Open(std::string path = "d/data") {
    auto opened = machine_.Run(LogDirectory::Open(*machine_.loop, std::move(path)));
    if (!opened.ok()) return opened.status();
    directory_ = *std::move(opened);
    return absl::OkStatus();
  }
  void Crash(io::SimCrash kind) {
    machine_.disk().Crash(kind);
    directory_.reset();
    machine_.Restart();
  }
  void StopCleanly(const Checkpoints& checkpoints = {}) {
    ASSERT_TRUE(machine_.Run(directory_->CloseCleanly(checkpoints)).ok());
    directory_.reset();
    machine_.Restart();
  }
  std::string Text(const std::string& name) {
    const auto content = machine_.disk().Content("d/data/" + name);
    return content.ok() ? std::string(AsText(*content)) : "(none)";
  }
  absl::Status Create(std::string topic, int32_t partition) {
    return machine_.Run(directory_->CreatePartition(std::move(topic), partition, kId));
  }

  static constexpr Uuid kId{0x0123456789abcdef, 0xfedcba9876543210};
  Machine machine_;
  std::unique_ptr<LogDirectory> directory_;
};

TEST_F(DirectoryTest, IsMadeWithItsParents) {
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kMachine);
  EXPECT_TRUE(directory_->partitions().empty());
  EXPECT_TRUE(machine_.disk().Exists("d/data/.lock"));
}

TEST_F(DirectoryTest, IsLocked) {
  ASSERT_TRUE(Open().ok());
  const auto again = machine_.Run(LogDirectory::Open(*machine_.loop, "d/data"));
  EXPECT_TRUE(absl::IsUnavailable(again.status()));
  directory_.reset();
  EXPECT_TRUE(Open().ok());
}

TEST_F(DirectoryTest, AFileInItsPlaceIsRefused) {
  ASSERT_TRUE(machine_.disk().Put("d/data", AsBytes("x")).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Open()));
}

TEST_F(DirectoryTest, TheManifestSpeaksOfOneStopOnly) {
  LogAsLeft left;
  left.segments.emplace_back();
  Manifest manifest;
  manifest.broker_epoch = 7;
  manifest.logs[{"t", 0}] = {kId, std::make_shared<LogAsLeft>(left)};
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(machine_.Run(directory_->CloseCleanly({}, manifest)).ok());
  Crash(io::SimCrash::kPower);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->TopicIdOf("t", 0), kId);
  ASSERT_NE(directory_->ArgumentsFor("t", 0, {}).as_left, nullptr);
  EXPECT_EQ(*directory_->ArgumentsFor("t", 0, {}).as_left, left);
  EXPECT_EQ(directory_->ArgumentsFor("t", 1, {}).as_left, nullptr);
  EXPECT_EQ(Text("varve-manifest"), "(none)");
  Crash(io::SimCrash::kPower);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->ArgumentsFor("t", 0, {}).as_left, nullptr);
}

// Another program may have run and stopped since: Kafka knows nothing of the file.
TEST_F(DirectoryTest, AManifestOfAnEarlierStopIsNotUsed) {
  LogAsLeft left;
  left.segments.emplace_back();
  Manifest manifest;
  manifest.broker_epoch = 7;
  manifest.logs[{"t", 0}] = {kId, std::make_shared<LogAsLeft>(left)};
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(machine_.Run(directory_->CloseCleanly({}, manifest)).ok());
  directory_.reset();
  const std::string_view marker = R"({"version":0,"brokerEpoch":8})";
  ASSERT_TRUE(machine_.disk().Put("d/data/.kafka_cleanshutdown", AsBytes(marker)).ok());
  machine_.Restart();
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kClean);
  EXPECT_EQ(directory_->ArgumentsFor("t", 0, {}).as_left, nullptr);
  EXPECT_EQ(Text("varve-manifest"), "(none)");
}

TEST_F(DirectoryTest, ABrokenManifestIsNotUsed) {
  ASSERT_TRUE(Open().ok());
  StopCleanly();
  ASSERT_TRUE(machine_.disk().Put("d/data/varve-manifest", AsBytes("1\n-1 0\n")).ok());
  ASSERT_TRUE(Open().ok());
  ASSERT_EQ(directory_->notes().size(), 1U);
  EXPECT_NE(directory_->notes()[0].find("varve-manifest is not used"), std::string::npos);
}

TEST_F(DirectoryTest, KnowsHowItWasLeft) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(machine_.Run(directory_->Recovered()).ok());
  Crash(io::SimCrash::kProcess);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kProcess);
  Crash(io::SimCrash::kPower);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kMachine);
  Crash(io::SimCrash::kProcess);  // before anybody could say that all was recovered
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kMachine);
  StopCleanly();
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kClean);
  Crash(io::SimCrash::kPower);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->stop(), Stop::kMachine);
}

TEST_F(DirectoryTest, TheMarkerOfACleanStopIsKafkas) {
  ASSERT_TRUE(Open().ok());
  StopCleanly();
  EXPECT_EQ(Text(".kafka_cleanshutdown"), R"({"version":0,"brokerEpoch":-1})");
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(Text(".kafka_cleanshutdown"), "(none)");
}

TEST_F(DirectoryTest, AFailingDeviceGetsNoMarker) {
  ASSERT_TRUE(Open().ok());
  directory_->health().Note(absl::DataLossError("a write"), machine_.loop->Now());
  EXPECT_FALSE(machine_.Run(directory_->CloseCleanly({})).ok());
  EXPECT_EQ(Text(".kafka_cleanshutdown"), "(none)");
}

TEST_F(DirectoryTest, CheckpointsComeBackAsArguments) {
  ASSERT_TRUE(Open().ok());
  StopCleanly({{{{"t", 1}, 30}}, {{{"t", 1}, 10}}, {{{"t", 1}, 20}}, {{{"t", 1}, 15}}});
  EXPECT_EQ(Text("recovery-point-offset-checkpoint"), "0\n1\nt 1 30\n");
  EXPECT_EQ(Text("log-start-offset-checkpoint"), "0\n1\nt 1 10\n");
  EXPECT_EQ(Text("replication-offset-checkpoint"), "0\n1\nt 1 20\n");
  EXPECT_EQ(Text("cleaner-offset-checkpoint"), "0\n1\nt 1 15\n");
  ASSERT_TRUE(Open().ok());
  const OpenArguments arguments = directory_->ArgumentsFor("t", 1, Config());
  EXPECT_EQ(arguments.directory, "d/data/t-1");
  EXPECT_EQ(arguments.stop, Stop::kClean);
  EXPECT_EQ(arguments.recovery_point, 30);
  EXPECT_EQ(arguments.cleaned_up_to, 15);
  EXPECT_FALSE(directory_->ArgumentsFor("t", 2, Config()).cleaned_up_to);
  EXPECT_EQ(arguments.log_start, 10);
  EXPECT_EQ(arguments.high_watermark, 20);
  EXPECT_EQ(directory_->ArgumentsFor("t", 0, Config()).recovery_point, 0);
}

TEST_F(DirectoryTest, AnUnreadableCheckpointIsWorthANote) {
  ASSERT_TRUE(machine_.disk().Put("d/data/recovery-point-offset-checkpoint", AsBytes("x")).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(directory_->notes().size(), 1u);
  EXPECT_EQ(directory_->ArgumentsFor("t", 0, Config()).recovery_point, 0);
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints({})).ok());
  EXPECT_EQ(Text("recovery-point-offset-checkpoint"), "0\n0\n");
}

TEST_F(DirectoryTest, WritesOnlyWhatHasChanged) {
  ASSERT_TRUE(Open().ok());
  Checkpoints checkpoints{{{{"t", 0}, 5}}, {}, {{{"t", 0}, 5}}};
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints(checkpoints)).ok());
  const uint64_t before = machine_.disk().operations();
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints(checkpoints)).ok());
  EXPECT_EQ(machine_.disk().operations(), before);
  checkpoints.high_watermarks[{"t", 0}] = 6;
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints(checkpoints)).ok());
  EXPECT_EQ(machine_.disk().operations(), before + 5);  // one file
  Crash(io::SimCrash::kProcess);
  ASSERT_TRUE(Open().ok());
  const uint64_t opened = machine_.disk().operations();
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints(checkpoints)).ok());
  EXPECT_EQ(machine_.disk().operations(), opened);
}

// Where the log start is to go back, and the machine stops in between: what lies below the old log
// start was never cleaned.
TEST_F(DirectoryTest, NothingIsTakenForCleanedThatWasBelowTheLogStart) {
  const TopicPartition name{"t", 0};
  for (const io::SimCrash kind : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    bool crashed = true;
    for (uint64_t n = 1; crashed; ++n) {
      SCOPED_TRACE(n);
      Machine machine;
      auto opened = machine.Run(LogDirectory::Open(*machine.loop, "d"));
      ASSERT_TRUE(opened.ok());
      Checkpoints checkpoints{{{name, 40}}, {{name, 20}}, {{name, 40}}, {{name, 30}}};
      ASSERT_TRUE(machine.Run((*opened)->WriteCheckpoints(checkpoints)).ok());
      machine.disk().CrashAtOperation(n, kind);
      checkpoints = {{{name, 5}}, {{name, 5}}, {{name, 5}}, {{name, 5}}};
      crashed = !machine.Run((*opened)->WriteCheckpoints(checkpoints)).ok();
      machine.disk().Crash(kind);
      opened->reset();
      machine.Restart();
      opened = machine.Run(LogDirectory::Open(*machine.loop, "d"));
      ASSERT_TRUE(opened.ok());
      const OpenArguments found = (*opened)->ArgumentsFor("t", 0, Config());
      EXPECT_TRUE(found.log_start == 20 || found.cleaned_up_to == 5);
      EXPECT_TRUE(crashed || found.log_start == 5);
    }
  }
}

TEST_F(DirectoryTest, ListsPartitionsAndLeavesTheRestAlone) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Create("b", 1).ok());
  ASSERT_TRUE(Create("a-x", 0).ok());
  ASSERT_TRUE(machine_.Run(directory_->SyncNames()).ok());
  ASSERT_TRUE(machine_.disk().Put("d/data/lost+found/x", AsBytes("")).ok());
  const std::string stray = "d/data/s-0." + std::string(32, 'a') + "-stray/x";
  ASSERT_TRUE(machine_.disk().Put(stray, AsBytes("")).ok());
  EXPECT_EQ(Text("b-1/partition.metadata"), "version: 0\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA");
  Crash(io::SimCrash::kPower);
  ASSERT_TRUE(Open().ok());
  ASSERT_EQ(directory_->partitions().size(), 2u);
  EXPECT_EQ(directory_->partitions()[0].topic, "a-x");
  EXPECT_EQ(directory_->partitions()[1].topic, "b");
  EXPECT_EQ(directory_->notes().size(), 2u);
}

TEST_F(DirectoryTest, DoomedPartitionsGoNowOrAfterARestart) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Create("t", 0).ok());
  ASSERT_TRUE(Create("t", 1).ok());
  ASSERT_TRUE(machine_.Run(directory_->DoomPartition("t", 0)).ok());
  EXPECT_FALSE(machine_.disk().Exists("d/data/t-0"));
  ASSERT_TRUE(machine_.Run(directory_->RemoveDoomed()).ok());
  ASSERT_TRUE(machine_.Run(directory_->DoomPartition("t", 1)).ok());
  ASSERT_TRUE(machine_.Run(directory_->SyncNames()).ok());
  Crash(io::SimCrash::kProcess);
  ASSERT_TRUE(Open().ok());
  EXPECT_TRUE(directory_->partitions().empty());
  ASSERT_TRUE(machine_.Run(directory_->RemoveDoomed()).ok());
  const auto names = machine_.disk().Names("d/data");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) {
    EXPECT_EQ(name.find("-delete"), std::string::npos) << name;
  }
}

// The checkpoints still speak of the first topic when the second one of that name is made.
TEST_F(DirectoryTest, ANewPartitionInheritsNoCheckpoints) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(Create("t", 0).ok());
  const Checkpoints checkpoints{
      {{{"t", 0}, 1000}, {{"u", 0}, 7}}, {{{"t", 0}, 500}}, {{{"t", 0}, 1000}}};
  ASSERT_TRUE(machine_.Run(directory_->WriteCheckpoints(checkpoints)).ok());
  ASSERT_TRUE(machine_.Run(directory_->DoomPartition("t", 0)).ok());
  ASSERT_TRUE(Create("t", 0).ok());
  EXPECT_EQ(directory_->ArgumentsFor("t", 0, Config()).recovery_point, 0);
  EXPECT_EQ(Text("recovery-point-offset-checkpoint"), "0\n1\nu 0 7\n");
  EXPECT_EQ(Text("log-start-offset-checkpoint"), "0\n0\n");
}

// A start that was cut short has made the directory, but not its name durable.
TEST_F(DirectoryTest, NamesMadeByACutShortStartAreSynced) {
  for (uint64_t n = 1; n <= 6; ++n) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Machine machine({.seed = seed});
      machine.disk().CrashAtOperation(n, io::SimCrash::kProcess);
      EXPECT_FALSE(machine.Run(LogDirectory::Open(*machine.loop, "d/data")).ok());
      machine.disk().Crash(io::SimCrash::kProcess);
      machine.Restart();
      auto opened = machine.Run(LogDirectory::Open(*machine.loop, "d/data"));
      ASSERT_TRUE(opened.ok()) << opened.status();
      machine.disk().Crash(io::SimCrash::kPower);
      opened->reset();
      EXPECT_TRUE(machine.disk().Exists("d/data")) << "operation " << n << " seed " << seed;
    }
  }
}

}  // namespace
}  // namespace varve::log::test
