#include "benchmarks/broker/frames/fetch_walk.h"

#include <gtest/gtest.h>

#include <vector>

#include "benchmarks/broker/frames/batches.h"
#include "benchmarks/broker/frames/fetch_frame.h"
#include "engine/record/stamp.h"
#include "server/wire/fetch.h"
#include "server/wire/message.h"

namespace varve::bench {
namespace {

constexpr int kVersion = wire::FetchApi::kMax;

// Two batches of 3 and 5 records at offsets 10 and 13.
Buffer TwoBatches() {
  io::Random random(1);
  Buffer records;
  int64_t offset = 10;
  for (const uint32_t count : {3, 5}) {
    Buffer batch = MakeBatch({.records = count, .record_bytes = 50}, 0, random);
    record::StampBaseOffset(batch, offset);
    offset += count;
    Append(records, batch);
  }
  return records;
}

Buffer AnswerWith(Bytes records, int version, wire::ErrorCode error = wire::ErrorCode::kNone) {
  wire::FetchResponse response;
  wire::FetchResponse::Topic& topic = response.topics.emplace_back();
  topic.name = "orders";
  wire::FetchResponse::Partition& partition = topic.partitions.emplace_back();
  partition.index = 4;
  partition.error_code = error;
  partition.high_watermark = 99;
  partition.log_start_offset = 1;
  partition.records.bytes = records;
  Buffer frame;
  std::vector<wire::Splice> splices;
  EXPECT_TRUE(wire::EncodeResponse(7, version, response, frame, splices).ok());
  return frame;
}

struct Walked {
  std::vector<FetchWalk::Answer> answers;
  absl::Status status;
};

Walked Walk(Bytes stream, int version, size_t piece) {
  Walked walked;
  FetchWalk walk(version, [&](const FetchWalk::Answer& answer) {
    walked.answers.push_back(answer);
    return absl::OkStatus();
  });
  while (!stream.empty() && walked.status.ok()) {
    const size_t size = std::min(piece, stream.size());
    walked.status = walk.Feed(stream.first(size));
    stream = stream.subspan(size);
  }
  return walked;
}

class FetchWalkOf : public testing::TestWithParam<int> {};

TEST_P(FetchWalkOf, CountsBatchesHoweverTheirBytesArrive) {
  const Buffer records = TwoBatches();
  Buffer stream = AnswerWith(records, GetParam());
  Append(stream, AnswerWith({}, GetParam()));
  Append(stream, AnswerWith(records, GetParam()));
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{61}, size_t{100}, stream.size()}) {
    const Walked walked = Walk(stream, GetParam(), piece);
    ASSERT_TRUE(walked.status.ok()) << walked.status << " in pieces of " << piece;
    ASSERT_EQ(walked.answers.size(), 3);
    EXPECT_EQ(walked.answers[0].head.correlation_id, 7);
    EXPECT_EQ(walked.answers[0].head.partition, 4);
    EXPECT_EQ(walked.answers[0].head.high_watermark, 99);
    EXPECT_EQ(walked.answers[0].records, 8);
    EXPECT_EQ(walked.answers[0].batches, 2);
    EXPECT_EQ(walked.answers[0].batch_bytes, records.size());
    EXPECT_EQ(walked.answers[0].next_offset, 18);
    EXPECT_EQ(walked.answers[1].next_offset, -1);
    EXPECT_EQ(walked.answers[2].next_offset, 18);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, FetchWalkOf,
                         testing::Range(int{wire::FetchApi::kMin}, wire::FetchApi::kMax + 1));

TEST(FetchWalk, LeavesOutABatchThatIsCutShort) {
  const Buffer records = TwoBatches();
  const size_t first = record::BatchView(records).size_bytes();
  for (size_t size = first; size < records.size(); ++size) {
    const Buffer stream = AnswerWith(Bytes(records).first(size), kVersion);
    for (const size_t piece : {size_t{3}, stream.size()}) {
      const Walked walked = Walk(stream, kVersion, piece);
      ASSERT_TRUE(walked.status.ok()) << walked.status;
      ASSERT_EQ(walked.answers.size(), 1);
      EXPECT_EQ(walked.answers[0].batches, 1);
      EXPECT_EQ(walked.answers[0].next_offset, 13);
    }
  }
}

TEST(FetchWalk, TellsOfErrors) {
  const Buffer stream = AnswerWith({}, kVersion, wire::ErrorCode::kOffsetOutOfRange);
  const Walked walked = Walk(stream, kVersion, stream.size());
  ASSERT_EQ(walked.answers.size(), 1);
  EXPECT_EQ(walked.answers[0].head.error, wire::ErrorCode::kOffsetOutOfRange);
}

TEST(FetchWalk, ShowsTheFrontsOfBatches) {
  const Buffer stream = AnswerWith(TwoBatches(), kVersion);
  for (const size_t piece : {size_t{1}, size_t{70}, stream.size()}) {
    std::vector<int64_t> offsets;
    FetchWalk walk(kVersion, [](const FetchWalk::Answer&) { return absl::OkStatus(); });
    walk.ShowBatches(80, [&](Bytes front) {
      EXPECT_GE(front.size(), 80);
      offsets.push_back(record::BatchView(front).base_offset());
    });
    for (Bytes rest = stream; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
      ASSERT_TRUE(walk.Feed(rest.first(std::min(piece, rest.size()))).ok());
    }
    EXPECT_EQ(offsets, (std::vector<int64_t>{10, 13}));
  }
}

// Whatever a byte turns into, the walk ends with an answer, waits for more, or says that it is
// none; what it counts is there.
TEST(FetchWalk, SurvivesAnyDamage) {
  const Buffer records = TwoBatches();
  const Buffer whole = AnswerWith(records, kVersion);
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0x00, 0x7f, 0x80, 0xff}) {
      Buffer damaged = whole;
      damaged[at] = static_cast<std::byte>(value);
      for (const size_t piece : {size_t{13}, damaged.size()}) {
        const Walked walked = Walk(damaged, kVersion, piece);
        for (const FetchWalk::Answer& answer : walked.answers) {
          EXPECT_LE(answer.batch_bytes, records.size());
        }
      }
    }
  }
}

TEST(FetchWalk, SurvivesNoise) {
  io::Random random(3);
  for (int round = 0; round < 2000; ++round) {
    Buffer noise(random.Below(300));
    for (std::byte& byte : noise) byte = static_cast<std::byte>(random.Below(256));
    if (noise.size() >= 3) noise[0] = noise[1] = std::byte{0};  // a size that it can have
    Walk(noise, kVersion, 1 + random.Below(50));
  }
}

TEST(FetchFrame, IsARequestForItsOffset) {
  for (int version = wire::FetchApi::kMin; version <= wire::FetchApi::kMax; ++version) {
    const FetchShape shape{"orders", {1, 2}, version, 1000, 1, 250};
    auto made = FetchFrame::Make(shape, 4);
    ASSERT_TRUE(made.ok()) << made.status();
    for (const int64_t offset : {int64_t{0}, int64_t{1} << 40}) {
      wire::Reader reader(made->At(9, offset).subspan(wire::kFrameSizeBytes));
      const auto header = wire::ReadRequestHeader(reader);
      ASSERT_TRUE(header.ok());
      EXPECT_EQ(header->correlation_id, 9);
      const auto request = wire::DecodeBody<wire::FetchRequest>(reader, version);
      ASSERT_TRUE(request.ok()) << request.status();
      EXPECT_EQ(request->max_wait_ms, 250);
      EXPECT_EQ(request->max_bytes, 1000);
      EXPECT_EQ(request->topics[0].partitions[0].index, 4);
      EXPECT_EQ(request->topics[0].partitions[0].fetch_offset, offset);
    }
  }
}

}  // namespace
}  // namespace varve::bench
