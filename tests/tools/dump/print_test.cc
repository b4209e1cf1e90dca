#include <gtest/gtest.h>

#include "engine/log/checkpoint.h"
#include "engine/log/producer_snapshot.h"
#include "engine/log/sparse_index.h"
#include "engine/log/txn_index.h"
#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/made_batches.h"
#include "tools/text/json.h"

// The program from outside, on files made by hand.
namespace varve::dump::test {
namespace {

constexpr const char* kLog = "t-0/00000000000000000000.log";

class Printed : public testing::Test {
 protected:
  // Without the line that names the file.
  std::string Print(const std::string& name, std::vector<std::string> options = {}) {
    options.push_back(folder.path(name));
    const Ran ran = RunDump(options);
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    EXPECT_EQ(ran.err, "");
    const std::string head = "# " + folder.path(name) + "\n";
    EXPECT_TRUE(ran.out.starts_with(head)) << ran.out;
    return ran.out.substr(std::min(head.size(), ran.out.size()));
  }
  std::string PrintRecords(std::vector<std::string> options) {
    options.emplace_back("--records");
    std::string records;
    for (const std::string& line : Lines(Print(kLog, options))) {
      if (line.starts_with("  | ")) records += line.substr(4) + "\n";
    }
    return records;
  }

  void WriteLog() {
    record::BatchOptions second;
    second.base_offset = 2;
    second.leader_epoch = 3;
    second.producer_id = 7;
    second.producer_epoch = 1;
    second.base_sequence = 40;
    second.transactional = true;
    folder.Write(kLog, Bytes(Join({MakeBatch(0, {{"k1", "{ \"a\": 1 }"}, {"k2", std::nullopt}}),
                                   MakeBatch(second, {{std::nullopt, "x\ny", kTime + 5000}})})));
    folder.Touch(kLog, kTime + 40'000);
  }

  const Folder folder;
};

TEST_F(Printed, BatchesALineEachAndWhatRetentionGoesBy) {
  WriteLog();
  EXPECT_EQ(Print(kLog),
            "baseOffset: 0 lastOffset: 1 count: 2 position: 0 size: 89 codec: none "
            "maxTimestamp: 2023-11-14T22:13:20.000Z timestampType: CreateTime leaderEpoch: 0\n"
            "baseOffset: 2 lastOffset: 2 count: 1 position: 89 size: 71 codec: none "
            "maxTimestamp: 2023-11-14T22:13:25.000Z timestampType: CreateTime leaderEpoch: 3 "
            "producerId: 7 producerEpoch: 1 baseSequence: 40 lastSequence: 40 transactional: true\n"
            "batches: 2 records: 3 bytes: 160 largestTimestamp: 2023-11-14T22:13:25.000Z "
            "fileModified: 2023-11-14T22:14:00.000Z retentionTime: 2023-11-14T22:13:25.000Z "
            "retentionGoesBy: largest timestamp\n");
}

TEST_F(Printed, RecordsInTheFormatsAskedFor) {
  WriteLog();
  EXPECT_EQ(PrintRecords({}),
            "offset: 0 timestamp: 2023-11-14T22:13:20.000Z key: k1 value: { \"a\": 1 }\n"
            "offset: 1 timestamp: 2023-11-14T22:13:20.000Z key: k2 value: null\n"
            "offset: 2 timestamp: 2023-11-14T22:13:25.000Z key: null value: x\\ny\n");
  EXPECT_EQ(Lines(PrintRecords({"--key-format=hex", "--value-format=json"})).at(0),
            "offset: 0 timestamp: 2023-11-14T22:13:20.000Z key: 6b31 value: {\"a\":1}");
  EXPECT_EQ(Lines(PrintRecords({"--value-format", "base64"})).at(2),
            "offset: 2 timestamp: 2023-11-14T22:13:25.000Z key: null value: eAp5");
}

TEST_F(Printed, OnlyWhatTheFiltersLeave) {
  WriteLog();
  const auto offsets = [&](std::vector<std::string> options) {
    std::string found;
    for (const std::string& line : Lines(PrintRecords(std::move(options)))) found += line[8];
    return found;
  };
  EXPECT_EQ(offsets({"--from-offset=1"}), "12");
  EXPECT_EQ(offsets({"--from-offset=1", "--to-offset=1"}), "1");
  EXPECT_EQ(offsets({"--from-time=2023-11-14T22:13:21Z"}), "2");
  EXPECT_EQ(offsets({"--to-time=1700000000000"}), "01");
  EXPECT_EQ(offsets({"--key=k2"}), "1");
  EXPECT_EQ(offsets({"--key=6b31", "--key-format=hex"}), "0");
  EXPECT_EQ(offsets({"--key=k9"}), "");
}

TEST_F(Printed, JsonForProgramsIsJsonOnEachLine) {
  WriteLog();
  const Ran ran = RunDump({"--json", "--records", folder.path("t-0")});
  EXPECT_EQ(ran.status, 0);
  const std::vector<std::string> lines = Lines(ran.out);
  ASSERT_EQ(lines.size(), 6U);
  for (const std::string& line : lines) EXPECT_EQ(text::CompactJson(line), line);
  EXPECT_EQ(lines[2], "{\"type\":\"record\",\"file\":\"" + folder.path(kLog) +
                          "\",\"offset\":1,\"timestamp\":1700000000000,\"key\":\"k2\","
                          "\"value\":null,\"headers\":[]}");
}

TEST_F(Printed, EveryCodec) {
  for (const auto codec : {record::Codec::kNone, record::Codec::kGzip, record::Codec::kSnappy,
                           record::Codec::kLz4, record::Codec::kZstd}) {
    record::BatchOptions options;
    options.codec = codec;
    folder.Write(kLog, Bytes(MakeBatch(options, {{"k", std::string(100, 'v')}})));
    EXPECT_EQ(PrintRecords({}), "offset: 0 timestamp: 2023-11-14T22:13:20.000Z key: k value: " +
                                    std::string(100, 'v') + "\n");
  }
}

TEST_F(Printed, TimesThatRetentionDoesNotBelieve) {
  const auto retention_of = [&](int64_t timestamp) {
    folder.Write(kLog, Bytes(MakeBatch(0, {{"k", "v", timestamp}})));
    folder.Touch(kLog, kTime);
    const std::string out = Print(kLog);
    return out.substr(out.find("retentionTime: "));
  };
  const std::string modified = "retentionTime: 2023-11-14T22:13:20.000Z retentionGoesBy: file ";
  EXPECT_EQ(retention_of(-1), modified + "modified, no batch has a timestamp\n");
  EXPECT_EQ(retention_of(32'503'680'000'000),  // the year 3000
            modified + "modified, the largest timestamp lies in the future\n");
}

TEST_F(Printed, DamageIsNamedAndTheRestShown) {
  Buffer log = Join({MakeBatch(0, {{"a", "1"}}), MakeBatch(1, {{"b", "2"}}), Buffer(20)});
  log[65] ^= std::byte{1};
  folder.Write(kLog, Bytes(log));
  const Ran ran = RunDump({"--records", folder.path(kLog)});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("FAULT position: 0 what: checksum"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("key: b value: 2"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("position: 140 size: 20 content: zeros"), std::string::npos) << ran.out;
}

TEST_F(Printed, AMemoryLimitIsKept) {
  record::BatchOptions options;
  options.codec = record::Codec::kZstd;
  folder.Write(kLog, Bytes(MakeBatch(options, {{"k", std::string(3'000'000, 'v')}})));
  const std::string out = Print(kLog, {"--records", "--memory=1MB"});
  EXPECT_NE(out.find("raise --memory"), std::string::npos) << out;
  EXPECT_EQ(out.find("key: k"), std::string::npos) << out;
}

TEST_F(Printed, Indexes) {
  const log::OffsetIndexEntry offsets[] = {{5, 4096}, {9, 8192}, {0, 0}};
  folder.Write("t-0/00000000000000000100.index", std::as_bytes(std::span(offsets)));
  EXPECT_EQ(Print("t-0/00000000000000000100.index"),
            "offset: 105 position: 4096\noffset: 109 position: 8192\nunusedEntries: 1\n");
  const log::TimeIndexEntry times[] = {{kTime, 5}};
  folder.Write("t-0/00000000000000000100.timeindex", std::as_bytes(std::span(times)));
  EXPECT_EQ(Print("t-0/00000000000000000100.timeindex"),
            "timestamp: 2023-11-14T22:13:20.000Z offset: 105\n");
  const log::TxnIndexEntry aborted[] = {log::MakeTxnIndexEntry({7, 101}, 109, 110)};
  folder.Write("t-0/00000000000000000100.txnindex", std::as_bytes(std::span(aborted)));
  EXPECT_EQ(Print("t-0/00000000000000000100.txnindex"),
            "version: 0 producerId: 7 firstOffset: 101 lastOffset: 109 lastStableOffset: 110\n");
}

TEST_F(Printed, ProducerSnapshots) {
  const log::ProducerSnapshotEntry entries[] = {{7, 1, 4, 109, 2, kTime, -1, -1}};
  folder.Write("t-0/00000000000000000110.snapshot", Bytes(log::FormatProducerSnapshot(entries)));
  EXPECT_EQ(Print("t-0/00000000000000000110.snapshot"),
            "version: 1 producers: 1\n"
            "producerId: 7 producerEpoch: 1 lastSequence: 4 lastOffset: 109 offsetDelta: 2 "
            "timestamp: 2023-11-14T22:13:20.000Z coordinatorEpoch: -1 currentTxnFirstOffset: -1\n");
}

TEST_F(Printed, Checkpoints) {
  folder.Write("recovery-point-offset-checkpoint", "0\n1\nt 0 42\n");
  EXPECT_EQ(Print("recovery-point-offset-checkpoint"), "topic: t partition: 0 offset: 42\n");
  folder.Write("leader-epoch-checkpoint", "0\n2\n0 0\n3 17\n");
  EXPECT_EQ(Print("leader-epoch-checkpoint"),
            "epoch: 0 startOffset: 0\nepoch: 3 startOffset: 17\n");
  folder.Write("partition.metadata", "version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA");
  EXPECT_EQ(Print("partition.metadata"), "topicId: AQIDBAUGBwgJCgsMDQ4PEA\n");
  folder.Write("meta.properties",
               "#\n#x\nversion=1\ncluster.id=c\nnode.id=4\ndirectory.id=AQIDBAUGBwgJCgsMDQ4PEA\n");
  EXPECT_EQ(Print("meta.properties"),
            "cluster.id: c node.id: 4 directory.id: AQIDBAUGBwgJCgsMDQ4PEA\n");
  folder.Write(".kafka_cleanshutdown", R"({"version": 0, "brokerEpoch": 5})");
  EXPECT_EQ(Print(".kafka_cleanshutdown"), "content: {\"version\":0,\"brokerEpoch\":5}\n");
}

TEST_F(Printed, InternalTopicsAreDecodedByTheirDirectory) {
  const std::string key("\0\1\0\1g\0\1t\0\0\0\7", 12);
  const std::string value("\0\3\0\0\0\0\0\0\0\x42\0\0\0\x09\0\0\0\0\0\0\0\0\0\5", 24);
  const std::string name = "__consumer_offsets-3/00000000000000000000.log";
  folder.Write(name, Bytes(MakeBatch(0, {{key, value}})));
  EXPECT_NE(Print(name, {"--records"})
                .find("kind: OffsetCommit key: {\"group\":\"g\",\"topic\":\"t\",\"partition\":7} "
                      "value: {\"offset\":66,\"leaderEpoch\":9,"),
            std::string::npos);
  EXPECT_EQ(Print(name, {"--records", "--decode=none"}).find("OffsetCommit"), std::string::npos);
}

TEST_F(Printed, ABadCheckpointIsAFault) {
  folder.Write("t-0/leader-epoch-checkpoint", "0\n2\n0 0\n");
  const Ran ran = RunDump({folder.path("t-0")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("FAULT what: line 2"), std::string::npos) << ran.out;
}

TEST(Usage, SaysWhatToDoNext) {
  const Folder folder;
  const Ran missing = RunDump({folder.path("none.log")});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("none.log: No such file"), std::string::npos) << missing.err;
  const Ran unknown = RunDump({folder.Write("a.txt", "x")});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("--help"), std::string::npos) << unknown.err;
  EXPECT_EQ(RunDump({}).status, 2);
  EXPECT_EQ(RunDump({"--key-format=octal", "x"}).status, 2);
  EXPECT_EQ(RunDump({"--from-time=soon", "x"}).status, 2);
  EXPECT_EQ(RunDump({"--verify", "--stats", "x"}).status, 2);
  const Ran help = RunDump({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.out.find("Exit status"), std::string::npos);
}

}  // namespace
}  // namespace varve::dump::test
