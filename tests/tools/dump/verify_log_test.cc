#include <fmt/format.h>

#include "engine/base/crc32c.h"
#include "tests/tools/dump/made_batches.h"
#include "tests/tools/dump/verify_fixture.h"

// Faults in and between the batches of logs.
namespace varve::dump::test {
namespace {

using Verified = VerifyEngineData;

TEST_F(Verified, WhatTheEngineWroteIsClean) {
  ExpectClean();
  ExpectClean("t-0");
  EXPECT_NE(Verify().out.find("partitions: 1 "), std::string::npos);
  EXPECT_NE(Verify().out.find("batches: 150 records: 450 "), std::string::npos);
}

TEST_F(Verified, AFlippedBitAnywhereInABatch) {
  const std::string sound = folder.Read(log);
  const Placed batch = batches[3];
  for (uint64_t at = batch.position; at < batch.position + batch.size; at += 7) {
    SCOPED_TRACE(at);
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    folder.Write(log, damaged);
    const Ran ran = Verify();
    EXPECT_EQ(ran.status, 1);
    const std::string place = fmt::format("position: {} ", batch.position);
    EXPECT_NE(ran.out.find(place), std::string::npos) << ran.out;
  }
}

TEST_F(Verified, AChecksumThatDoesNotMatch) {
  Change(log, [&](std::string& bytes) { bytes[batches[3].position + 70] ^= 1; });
  ExpectFault(log, PositionOf(3), "checksum");
  EXPECT_EQ(CountOf(Verify().out, "FAULT"), 1U);
}

TEST_F(Verified, BytesThatAreNoBatch) {
  Change(log, [&](std::string& bytes) { Store<int32_t>(bytes, batches[3].position + 8, 3); });
  ExpectFault(log, PositionOf(3), fmt::format("{} bytes that are no batch", batches[3].size));
}

TEST_F(Verified, AnOldFormat) {
  Change(log, [&](std::string& bytes) { bytes[batches[3].position + 16] = 1; });
  ExpectFault(log, PositionOf(3), "version 0 or 1");
}

TEST_F(Verified, OffsetsThatDoNotRise) {
  Change(log, [&](std::string& bytes) {
    Store<int64_t>(bytes, batches[3].position, batches[2].base_offset);
  });
  ExpectFault(log, PositionOf(3), "offsets do not rise");
}

TEST_F(Verified, OffsetsOutsideOfTheSegment) {
  const std::string sound = folder.Read(log);
  Change(log, [&](std::string& bytes) { Store<int64_t>(bytes, batches[0].position, 1); });
  ExpectFault(log, 0, "in a segment that begins at");
  folder.Write(log, sound);
  const Placed last = batches.back();
  Change(log,
         [&](std::string& bytes) { Store<int64_t>(bytes, last.position, last.base_offset + 1); });
  ExpectFault(log, static_cast<int64_t>(last.position), "belongs to the next segment");
}

TEST_F(Verified, OffsetsTooFarFromTheBase) {
  const std::string active = stems.back() + ".log";
  const Placed last = BatchesIn(folder.Read(active)).back();
  Change(active, [&](std::string& bytes) {
    Store<int64_t>(bytes, last.position, last.base_offset + (int64_t{1} << 31));
  });
  ExpectFault(active, static_cast<int64_t>(last.position), "2^31");
}

TEST_F(Verified, ALeaderEpochThatTheCheckpointContradicts) {
  Change(log, [&](std::string& bytes) { Store<int32_t>(bytes, batches[3].position + 12, 7); });
  ExpectFault(log, PositionOf(3), "has leader epoch 7, leader-epoch-checkpoint has epoch");
  ExpectFault(log, PositionOf(4), "leader epoch 0 after 7");
}

TEST_F(Verified, AMissingSegment) {
  for (const char* suffix : {".log", ".index", ".timeindex"}) Remove(stems[1] + suffix);
  ExpectFault(stems[2] + ".log", 0,
              fmt::format("offsets {} to {} are missing", batches.front().base_offset,
                          batches.back().last_offset));
}

TEST_F(Verified, AMissingBatch) {
  Change(log, [&](std::string& bytes) { bytes.erase(batches[3].position, batches[3].size); });
  ExpectFault(
      log, PositionOf(3),
      fmt::format("offsets {} to {} are missing", batches[3].base_offset, batches[3].last_offset));
}

TEST_F(Verified, GapsAreCompactionsIfItWasThere) {
  Change(log, [&](std::string& bytes) { bytes.resize(batches.back().position); });
  for (const char* suffix : {".index", ".timeindex"}) folder.Write(stems[1] + suffix, "");
  const Ran before = Verify();
  EXPECT_NE(before.out.find("are missing"), std::string::npos) << before.out;
  folder.Write("cleaner-offset-checkpoint", "0\n1\nt 0 400\n");
  const Ran after = Verify();
  EXPECT_EQ(after.out.find("are missing"), std::string::npos) << after.out;
}

TEST_F(Verified, ATailOfAClosedSegment) {
  Change(log, [&](std::string& bytes) { bytes.resize(bytes.size() - 10); });
  ExpectFault(log, static_cast<int64_t>(batches.back().position), "ends inside a batch");
}

TEST_F(Verified, ATailOfTheActiveSegmentIsAFaultOnlyAfterACleanStop) {
  const std::string active = stems.back() + ".log";
  const std::string sound = folder.Read(active);
  const auto end = static_cast<int64_t>(sound.size());
  folder.Write(active, sound + folder.Read(log).substr(0, 100));
  ExpectFault(active, end, "of which 100 bytes are here");
  Remove(".kafka_cleanshutdown");
  ExpectNote(active, end, "recovery removes it");
  folder.Write(active, sound + std::string(5000, '\0'));
  ExpectNote(active, end, "5000 zero bytes");
}

// Batches whose checksum is right, and whose content is wrong.
class VerifiedRecords : public VerifyTest {
 protected:
  // The batch, changed, with its checksum made good again, as the only one of a log.
  void WriteChanged(Buffer batch, const auto& change) {
    std::string bytes(AsText(batch));
    change(bytes);
    const Bytes covered = AsBytes(bytes).subspan(record::kCrcStart);
    VerifyTest::Store<uint32_t>(bytes, 17, Crc32c(covered));
    folder.Write(kLog, bytes);
  }
  static constexpr const char* kLog = "t-0/00000000000000000000.log";
  const Buffer plain = MakeBatch(0, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
};

TEST_F(VerifiedRecords, FewerThanAnnounced) {
  WriteChanged(plain, [](std::string& bytes) {
    Store<int32_t>(bytes, 57, 4);
    Store<int32_t>(bytes, 23, 3);
  });
  ExpectFault(kLog, 0, "record");
  WriteChanged(plain, [](std::string& bytes) {
    Store<int32_t>(bytes, 57, 2);
    Store<int32_t>(bytes, 23, 1);
  });
  ExpectFault(kLog, 0, "");
}

TEST_F(VerifiedRecords, MoreThanFit) {
  WriteChanged(plain, [](std::string& bytes) { Store<int32_t>(bytes, 57, 9); });
  ExpectFault(kLog, 0, "9 records where 3 fit");
}

TEST_F(VerifiedRecords, OffsetDeltasThatDoNotRise) {
  // The delta of the second record follows length, attributes and time delta, a byte each.
  const size_t record_bytes = (plain.size() - record::kHeaderBytes) / 3;
  WriteChanged(plain,
               [&](std::string& bytes) { bytes[record::kHeaderBytes + record_bytes + 3] = 0; });
  ExpectFault(kLog, 0, "record 1 has offset delta 0, the one before 0");
}

TEST_F(VerifiedRecords, RecordsThatDoNotDecompress) {
  for (const char codec : {1, 2, 3, 4}) {
    WriteChanged(plain, [&](std::string& bytes) { bytes[22] = codec; });
    ExpectFault(kLog, 0, "");
  }
  WriteChanged(plain, [&](std::string& bytes) { bytes[22] = 7; });
  ExpectFault(kLog, 0, "compression codec 7 does not exist");
}

TEST_F(VerifiedRecords, ATimeThatIsNotTheLargestIsANote) {
  WriteChanged(plain, [](std::string& bytes) { Store<int64_t>(bytes, 35, kTime + 5); });
  ExpectNote(kLog, 0, "the largest timestamp is");
}

TEST_F(VerifiedRecords, ABatchTooLargeToLookIntoIsANote) {
  record::BatchOptions options;
  options.codec = record::Codec::kGzip;
  folder.Write(kLog, Bytes(MakeBatch(options, {{"k", std::string(3'000'000, 'v')}})));
  const Ran ran = Verify("", {"--memory=1MB"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("raise --memory"), std::string::npos) << ran.out;
}

TEST_F(VerifiedRecords, EmptyBatchesThatCompactionKeptAreFine) {
  const Buffer first = MakeBatch(0, {{"a", "1"}, {"b", "2"}});
  const Buffer empty = record::BuildEmptyCopy(record::BatchView(plain));
  std::string bytes(AsText(empty));
  Store<int64_t>(bytes, 0, 10);
  folder.Write(kLog, Bytes(Join({first, Buffer(AsBytes(bytes).begin(), AsBytes(bytes).end())})));
  EXPECT_EQ(Verify().status, 0);
}

}  // namespace
}  // namespace varve::dump::test
