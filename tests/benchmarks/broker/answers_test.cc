#include "benchmarks/broker/frames/answers.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "benchmarks/broker/frames/frame_splitter.h"
#include "benchmarks/broker/frames/stamp.h"
#include "engine/record/validate.h"
#include "server/wire/message.h"

namespace varve::bench {
namespace {

using Verdicts = std::vector<std::pair<int32_t, wire::ErrorCode>>;

Buffer Answer(int version) {
  wire::ProduceResponse response;
  for (const char* name : {"orders", "others"}) {
    wire::ProduceResponse::Topic& topic = response.topics.emplace_back();
    topic.name = name;
    for (int32_t index = 0; index < 3; ++index) {
      wire::ProduceResponse::Partition& partition = topic.partitions.emplace_back();
      partition.index = index;
      if (index == 1) partition.error_code = wire::ErrorCode::kMessageTooLarge;
      if (index == 1) partition.error_message = "too large";
      if (index == 2) partition.record_errors.push_back({5, "bad"});
      if (index == 2) partition.current_leader.leader_id = 3;
    }
  }
  Buffer frame;
  std::vector<wire::Splice> splices;
  EXPECT_TRUE(wire::EncodeResponse(42, version, response, frame, splices).ok());
  return frame;
}

Verdicts Read(Bytes frame, int version, int32_t& correlation, bool& good) {
  Verdicts verdicts;
  good = ReadProduceAnswer(frame, version, correlation, [&](int32_t index, wire::ErrorCode error) {
    verdicts.emplace_back(index, error);
  });
  return verdicts;
}

TEST(ReadProduceAnswer, FindsTheErrorsOfEachPartition) {
  using enum wire::ErrorCode;
  for (int version = wire::ProduceApi::kMin; version <= wire::ProduceApi::kMax; ++version) {
    const Buffer frame = Answer(version);
    int32_t correlation = 0;
    bool good = false;
    const Verdicts verdicts =
        Read(Bytes(frame).subspan(wire::kFrameSizeBytes), version, correlation, good);
    EXPECT_TRUE(good);
    EXPECT_EQ(correlation, 42);
    const Verdicts expected = {{0, kNone}, {1, kMessageTooLarge}, {2, kNone},
                               {0, kNone}, {1, kMessageTooLarge}, {2, kNone}};
    EXPECT_EQ(verdicts, expected) << version;
  }
}

TEST(ReadProduceAnswer, RefusesWhatIsCutShort) {
  const int version = wire::ProduceApi::kMax;
  const Buffer frame = Answer(version);
  const Bytes body = Bytes(frame).subspan(wire::kFrameSizeBytes);
  for (size_t size = 0; size < body.size(); ++size) {
    int32_t correlation = 0;
    bool good = true;
    Read(body.first(size), version, correlation, good);
    EXPECT_FALSE(good) << size;
  }
}

TEST(FrameSplitter, ShowsFramesHoweverTheyArrive) {
  const Buffer frame = Answer(9);
  Buffer stream;
  for (int i = 0; i < 3; ++i) Append(stream, frame);
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameSplitter splitter;
    int frames = 0;
    const auto on_frame = [&](Bytes shown) {
      ++frames;
      EXPECT_TRUE(std::equal(shown.begin(), shown.end(), frame.begin() + 4, frame.end()));
      return absl::OkStatus();
    };
    for (Bytes rest = stream; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
      ASSERT_TRUE(splitter.Feed(rest.first(std::min(piece, rest.size())), on_frame).ok());
    }
    EXPECT_EQ(frames, 3) << piece;
  }
}

TEST(FrameSplitter, RefusesSizesThatNoAnswerHas) {
  FrameSplitter splitter;
  const Buffer http = {std::byte{'H'}, std::byte{'T'}, std::byte{'T'}, std::byte{'P'}};
  const auto on_frame = [](Bytes) { return absl::OkStatus(); };
  EXPECT_EQ(splitter.Feed(http, on_frame).code(), absl::StatusCode::kDataLoss);
}

TEST(Stamp, IsInTheBatchAndLeavesItGood) {
  io::Random random(1);
  const BatchShape shape{.records = 3, .record_bytes = 5};
  StampedBatch made = MakeStampedBatch(shape, 0x1234, 0, random);
  for (const int64_t ns : {int64_t{0}, int64_t{1} << 62}) {
    const io::MonoTime time{io::Duration(ns)};
    Stamp(made.batch, made.stamp_at, time);
    EXPECT_TRUE(record::CheckProducedBatch(made.batch).ok());
    const Bytes front = Bytes(made.batch).first(made.front_bytes());
    EXPECT_EQ(ReadStamp(front, made.stamp_at, 0x1234), time);
    EXPECT_EQ(ReadStamp(front, made.stamp_at, 0x1235), std::nullopt);
    EXPECT_EQ(ReadStamp(front.first(made.front_bytes() - 1), made.stamp_at, 0x1234), std::nullopt);
  }
}

}  // namespace
}  // namespace varve::bench
