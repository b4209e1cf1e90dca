#include <fmt/format.h>

#include "engine/log/producer_snapshot.h"
#include "engine/log/txn_index.h"
#include "engine/record/end_marker.h"
#include "engine/record/stamp.h"
#include "tests/tools/dump/made_batches.h"
#include "tests/tools/dump/verify_fixture.h"

// Faults of transactions, producer snapshots, and everything around the logs.
namespace varve::dump::test {
namespace {

// Two producers: 7 writes offsets 0, 1 and aborts at 4; 8 writes 2, 3 and commits at 5.
class VerifiedTransactions : public VerifyTest {
 protected:
  void SetUp() override {
    folder.Write(kLog,
                 Bytes(Join({Data(0, 7), Data(2, 8), Marker(4, 7, false), Marker(5, 8, true)})));
    marker = static_cast<int64_t>(2 * Data(0, 7).size());
    WriteIndex({log::MakeTxnIndexEntry({7, 0}, 4, 2)});
    WriteSnapshot({{7, 0, 1, 1, 1, kTime, 0, -1}, {8, 0, 1, 3, 1, kTime, 0, -1}});
  }
  static Buffer Data(int64_t base, int64_t producer) {
    record::BatchOptions options;
    options.base_offset = base;
    options.transactional = true;
    options.producer_id = producer;
    options.producer_epoch = 0;
    options.base_sequence = 0;
    return MakeBatch(options, {{"a", "1"}, {"b", "2"}});
  }
  static Buffer Marker(int64_t offset, int64_t producer, bool commit) {
    Buffer batch = record::BuildEndMarker(producer, 0, {.commit = commit}, kTime);
    record::StampBaseOffset(batch, offset);
    return batch;
  }
  void WriteIndex(const std::vector<log::TxnIndexEntry>& entries) {
    folder.Write(kIndex, std::as_bytes(std::span(entries)));
  }
  void WriteSnapshot(const std::vector<log::ProducerSnapshotEntry>& entries) {
    folder.Write(kSnapshot, Bytes(log::FormatProducerSnapshot(entries)));
  }
  void ExpectIndexFault(const log::TxnIndexEntry& entry, const std::string& what) {
    WriteIndex({entry});
    ExpectFault(kIndex, 0, what);
  }
  void ExpectSnapshotFault(const log::ProducerSnapshotEntry& entry, const std::string& what) {
    WriteSnapshot({entry});
    ExpectFault(kSnapshot, 10, what);
  }

  static constexpr const char* kLog = "t-0/00000000000000000000.log";
  static constexpr const char* kIndex = "t-0/00000000000000000000.txnindex";
  static constexpr const char* kSnapshot = "t-0/00000000000000000006.snapshot";
  int64_t marker = 0;  // position of the abort marker
};

TEST_F(VerifiedTransactions, AreCleanAsWritten) { EXPECT_EQ(Verify().status, 0); }

TEST_F(VerifiedTransactions, AMissingIndexOrEntry) {
  WriteIndex({});
  ExpectFault(kLog, marker, "has no entry for that");
  Remove(kIndex);
  ExpectFault(kLog, marker,
              "aborts what producer 7 wrote from offset 0 on, but the .txnindex is "
              "not there");
}

TEST_F(VerifiedTransactions, EntriesThatTheMarkersContradict) {
  ExpectIndexFault(log::MakeTxnIndexEntry({7, 0}, 5, 6), "");
  ExpectIndexFault(log::MakeTxnIndexEntry({7, 0}, 3, 2), "no transaction was aborted by a marker");
  ExpectIndexFault(log::MakeTxnIndexEntry({8, 0}, 4, 2), "producer 8, but the marker");
  ExpectIndexFault(log::MakeTxnIndexEntry({7, 1}, 4, 2), "the transaction began at 0");
  ExpectIndexFault(log::MakeTxnIndexEntry({7, 0}, 4, 5), "another transaction is open from 2");
  ExpectIndexFault(log::MakeTxnIndexEntry({7, 9}, 4, 2), "cannot be");
  log::TxnIndexEntry entry = log::MakeTxnIndexEntry({7, 0}, 4, 2);
  entry.version = 3;
  ExpectIndexFault(entry, "version 3");
}

TEST_F(VerifiedTransactions, SnapshotsThatAreBroken) {
  const std::string sound = folder.Read(kSnapshot);
  Change(kSnapshot, [](std::string& bytes) { bytes[20] ^= 1; });
  ExpectFault(kSnapshot, -1, "");
  folder.Write(kSnapshot, sound + "x");
  ExpectFault(kSnapshot, -1, "");
  folder.Write(kSnapshot, sound.substr(0, 30));
  ExpectFault(kSnapshot, -1, "");
}

TEST_F(VerifiedTransactions, SnapshotsThatTheLogContradicts) {
  ExpectSnapshotFault({7, 0, 0, 0, 0, kTime, 0, -1}, "wrote last at offset 0, by the log at 1");
  ExpectSnapshotFault({7, 0, 9, 1, 1, kTime, 0, -1}, "has sequence 9 at offset 1, the log 1");
  ExpectSnapshotFault({7, 0, 9, 6, 1, kTime, 0, -1}, "not below the snapshot's");
}

TEST_F(VerifiedTransactions, SnapshotsThatForgetAnOpenTransaction) {
  folder.Write(kLog, Bytes(Join({Data(0, 7), Data(2, 8)})));
  WriteIndex({});
  Remove(kSnapshot);
  folder.Write("t-0/00000000000000000004.snapshot",
               Bytes(log::FormatProducerSnapshot(
                   std::vector<log::ProducerSnapshotEntry>{{7, 0, 1, 1, 1, kTime, 0, -1}})));
  ExpectFault("t-0/00000000000000000004.snapshot", 10, "one is open from offset 0 on");
}

using VerifiedDirectory = VerifyEngineData;

TEST_F(VerifiedDirectory, CheckpointsBehindTheEnd) {
  folder.Write("recovery-point-offset-checkpoint", "0\n1\nt 0 451\n");
  ExpectFault("recovery-point-offset-checkpoint", -1, "says 451 for t-0, the log ends at 450");
  folder.Write("recovery-point-offset-checkpoint", "0\n1\nt 0 450\n");
  EXPECT_EQ(Verify().status, 0);
  folder.Write("replication-offset-checkpoint", "0\n1\nt 0 451\n");
  ExpectFault("replication-offset-checkpoint", -1, "says 451");
  Remove(".kafka_cleanshutdown");
  ExpectNote("replication-offset-checkpoint", -1, "a power loss leaves that");
}

TEST_F(VerifiedDirectory, CheckpointsThatAreBroken) {
  folder.Write("log-start-offset-checkpoint", "0\n5\nt 0 0\n");
  ExpectFault("log-start-offset-checkpoint", -1, "line 2");
  folder.Write("t-0/leader-epoch-checkpoint", "0\n1\nzero 0\n");
  ExpectFault("t-0/leader-epoch-checkpoint", -1, "line 3");
  folder.Write("t-0/partition.metadata", "version: 0\n");
  ExpectFault("t-0/partition.metadata", -1, "topic id");
}

TEST_F(VerifiedDirectory, EpochsBehindTheEnd) {
  Change("t-0/leader-epoch-checkpoint", [](std::string& text) { text = "0\n2\n0 0\n1 451\n"; });
  ExpectFault("t-0/leader-epoch-checkpoint", -1, "epoch 1 begins at offset 451");
}

TEST_F(VerifiedDirectory, LeftoversAreNotes) {
  folder.Write("t-0/00000000000000000000.log.deleted", "x");
  folder.Write("t-0/00000000000000000007.log.cleaned", "x");
  folder.Write("t-0/00000000000000000007.log.swap", "x");
  folder.Write("t-0/00000000000000000099.index", "");
  folder.Write("t-0/notes.txt", "x");
  folder.Write("lost+found/x", "x");
  folder.Write("gone-0.0123456789abcdef0123456789abcdef-delete/00000000000000000000.log", "x");
  folder.Write("replication-offset-checkpoint", "0\n1\nother 0 5\n");
  const Ran ran = Verify();
  EXPECT_EQ(ran.status, 0) << ran.out;
  for (const char* what :
       {"waits for its removal\n", "did not finish; a start removes it", "at the next start",
        "belongs to no log", "no file that varve or Kafka knows", "is no partition",
        "-delete what: waits", "has 5 for other-0"}) {
    EXPECT_NE(ran.out.find(what), std::string::npos) << what << " in\n" << ran.out;
  }
}

TEST_F(VerifiedDirectory, OneNodeOneClusterOnePlace) {
  const Folder other;
  WriteLog(other.path(), 10);
  const auto properties = [](int node, const char* id) {
    return fmt::format("version=1\ncluster.id=c\nnode.id={}\ndirectory.id={}\n", node, id);
  };
  folder.Write("meta.properties", properties(1, "AQIDBAUGBwgJCgsMDQ4PEA"));
  other.Write("meta.properties", properties(2, "AQIDBAUGBwgJCgsMDQ4PEA"));
  const Ran ran = RunDump({"--verify", folder.path(), other.path()});
  EXPECT_EQ(ran.status, 1);
  for (const char* what :
       {"node.id 2, another directory has 1", "directory.id", "the same partition", "topic id"}) {
    EXPECT_NE(ran.out.find(what), std::string::npos) << what << " in\n" << ran.out;
  }
}

TEST_F(VerifiedDirectory, JsonListsTheSame) {
  Change(log, [&](std::string& bytes) { bytes[batches[3].position + 70] ^= 1; });
  const Ran ran = RunDump({"--verify", "--json", folder.path()});
  const std::vector<std::string> lines = Lines(ran.out);
  ASSERT_EQ(lines.size(), 2U) << ran.out;
  EXPECT_TRUE(lines[0].starts_with(
      fmt::format(R"({{"type":"fault","path":"{}","position":{},"what":"checksum)",
                  folder.path(log), PositionOf(3))))
      << lines[0];
  EXPECT_NE(lines[1].find(R"("faults":1,)"), std::string::npos);
}

TEST_F(VerifiedDirectory, UnreadableIsNotAFault) {
  const Ran ran = RunDump({"--verify", folder.path("none")});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("is not there"), std::string::npos) << ran.err;
  const Ran file = RunDump({"--verify", folder.path(stems[2] + ".log")});
  EXPECT_EQ(file.status, 2);
  EXPECT_NE(file.err.find("varve-dump --verify " + folder.path("t-0")), std::string::npos)
      << file.err;
}

TEST_F(VerifyTest, AMetadataSnapshotWithoutItsFooter) {
  const std::string name = "__cluster_metadata-0/00000000000000000009-0000000001.checkpoint";
  folder.Write("__cluster_metadata-0/00000000000000000009.log", "");
  folder.Write(name, Bytes(MakeBatch(0, {{"a", "1"}})));
  ExpectFault(name, 0, "header record");
  ExpectFault(name, static_cast<int64_t>(folder.Read(name).size()), "footer record");
}

}  // namespace
}  // namespace varve::dump::test
