#include "engine/log/manifest.h"

#include <gtest/gtest.h>

#include <string>

namespace varve::log {
namespace {

Segment::AsLeft SegmentOf(int64_t base, int64_t next) {
  Segment::AsLeft segment;
  segment.base_offset = base;
  segment.next_offset = next;
  segment.size = 4711;
  segment.max_timestamp = {1700000000000, next - 1};
  segment.first_timestamp = -1;
  segment.created_ms = 17;
  segment.modified_ms = 18;
  segment.offset_entries = 3;
  segment.last_offset_entry = {5, 4000};
  segment.time_entries = 2;
  segment.last_time_entry = {1700000000000, 5};
  return segment;
}

Manifest Sample() {
  LogAsLeft log;
  log.log_start = 3;
  log.high_watermark = 20;
  log.end = 25;
  log.epochs = {{0, 0}, {4, 11}};
  log.snapshots = {10, 25};
  log.has_producers = true;
  log.segments = {SegmentOf(0, 10), SegmentOf(10, 25)};
  LogAsLeft empty;
  empty.segments = {SegmentOf(0, 0)};
  Manifest manifest;
  manifest.broker_epoch = 77;
  manifest.logs[{"a.b_c-d", 12}] = {Uuid{1, 2}, std::make_shared<LogAsLeft>(log)};
  manifest.logs[{"x", 0}] = {Uuid{}, std::make_shared<LogAsLeft>(empty)};
  return manifest;
}

TEST(Manifest, ComesBackAsItWasWritten) {
  const Manifest written = Sample();
  const auto read = ParseManifest(FormatManifest(written));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->broker_epoch, 77);
  ASSERT_EQ(read->logs.size(), 2U);
  for (const auto& [name, entry] : written.logs) {
    const auto found = read->logs.find(name);
    ASSERT_NE(found, read->logs.end()) << name.topic;
    EXPECT_EQ(found->second.topic_id, entry.topic_id);
    EXPECT_EQ(*found->second.log, *entry.log);
  }
}

TEST(Manifest, AnyOtherByteIsNoticed) {
  const std::string text = FormatManifest(Sample());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_TRUE(absl::IsDataLoss(ParseManifest(changed).status())) << "byte " << i;
    EXPECT_TRUE(absl::IsDataLoss(ParseManifest(text.substr(0, i)).status())) << "cut at " << i;
  }
}

TEST(Manifest, AnEmptyOneIsOne) {
  const auto read = ParseManifest(FormatManifest({}));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->logs.empty());
}

}  // namespace
}  // namespace varve::log
