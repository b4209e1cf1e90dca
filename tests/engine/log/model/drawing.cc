#include "tests/engine/log/model/drawing.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <string>

#include "engine/record/end_marker.h"

namespace varve::log::test {
namespace {

using io::Random;
using io::SimCall;
using io::SimFault;
using record::Codec;

constexpr int64_t kHourMs = int64_t{60} * 60 * 1000;
constexpr uint64_t kKeys = 12;

// Mostly none: the others cost a hundred times as much to write.
Codec DrawCodec(Random& random) {
  return random.OneIn(16) ? static_cast<Codec>(1 + random.Below(4)) : Codec::kNone;
}

int64_t DrawTime(Random& random, int64_t now_ms) {
  constexpr int64_t kOdd[] = {record::kNoTimestamp, 0, 1, 1000, int64_t{1} << 50};
  if (random.OneIn(12)) return kOdd[random.Below(std::size(kOdd))];
  const auto away = static_cast<int64_t>(random.Below(3 * kHourMs));
  return random.OneIn(12) ? now_ms + away : now_ms - away / 20;
}

DrawnRecord DrawRecord(Random& random, int64_t now_ms) {
  DrawnRecord record;
  record.timestamp = DrawTime(random, now_ms);
  if (!random.OneIn(20)) record.key = static_cast<int32_t>(random.Below(kKeys));
  record.tombstone = random.OneIn(5);
  return record;
}

void Append(Random& random, const DrawnRecord& record, record::BatchBuilder& builder) {
  char key[] = {'k', static_cast<char>('a' + record.key)};
  // No two are alike, so that one batch is not taken for another.
  std::string value = fmt::format("{:x}", random.Next());
  value.append(DrawSmall(random, 150), 'v');
  record::RecordFields fields{.timestamp = record.timestamp};
  if (record.key != kNoKey) fields.key = AsBytes(std::string_view(key, sizeof key));
  if (!record.tombstone) fields.value = AsBytes(value);
  const record::HeaderView header{AsBytes("header"), AsBytes("x")};
  if (random.OneIn(8)) fields.headers = std::span(&header, 1);
  builder.Append(fields);
}

}  // namespace

int64_t DrawIn(Random& random, int64_t from, int64_t to) {
  return from + static_cast<int64_t>(random.Below(static_cast<uint64_t>(to - from + 1)));
}

uint64_t DrawSmall(Random& random, uint64_t bound) {
  return random.Below(random.OneIn(2) ? bound : bound / 2 + 1);
}

DrawnBatch DrawBatch(Random& random, const Sender& sender, int64_t now_ms) {
  DrawnBatch batch;
  record::BatchBuilder builder({.codec = DrawCodec(random),
                                .transactional = sender.transactional,
                                .producer_id = sender.id,
                                .producer_epoch = sender.epoch,
                                .base_sequence = sender.sequence});
  const size_t count = random.OneIn(3) ? 1 + random.Below(5) : 1;
  for (size_t i = 0; i < count; ++i) {
    batch.records.push_back(DrawRecord(random, now_ms));
    Append(random, batch.records.back(), builder);
  }
  batch.bytes = builder.Build();
  return batch;
}

DrawnBatch DrawMarker(Random& random, const Sender& sender, int64_t now_ms) {
  const bool commit = random.OneIn(2);
  DrawnBatch batch;
  batch.bytes = record::BuildEndMarker(sender.id, sender.epoch, {commit, 0}, now_ms);
  batch.records.push_back({now_ms, kNoKey, false});
  return batch;
}

Config DrawConfig(Random& random) {
  Config config;
  config.segment_bytes = static_cast<int64_t>(1200 + DrawSmall(random, 2500));
  config.segment_ms = static_cast<int64_t>(1 + random.Below(20)) * kHourMs;
  config.segment_jitter_ms = random.OneIn(2) ? 0 : kHourMs;
  if (random.OneIn(6)) config.segment_index_bytes = static_cast<int32_t>(40 + random.Below(60));
  config.index_interval_bytes = static_cast<int32_t>(random.Below(500));
  const uint64_t flush = random.Below(3);
  if (flush == 0) config.flush_messages = 1;
  if (flush == 1) config.flush_messages = static_cast<int64_t>(2 + random.Below(10));
  if (random.OneIn(3)) config.flush_ms = static_cast<int64_t>(random.Below(10'000));
  config.retention_ms = random.OneIn(3) ? -1 : static_cast<int64_t>(random.Below(12 * kHourMs));
  config.retention_bytes = random.OneIn(4) ? -1 : static_cast<int64_t>(random.Below(9000));
  config.file_delete_delay_ms = static_cast<int64_t>(random.Below(5000));
  config.cleanup_compact = random.OneIn(2);
  config.cleanup_delete = !config.cleanup_compact || random.OneIn(3);
  config.min_cleanable_dirty_ratio = random.OneIn(2) ? 0 : 0.3;
  config.min_compaction_lag_ms = random.OneIn(5) ? kHourMs : 0;
  if (random.OneIn(5)) config.max_compaction_lag_ms = 2 * kHourMs;
  config.delete_retention_ms = static_cast<int64_t>(random.Below(2 * kHourMs));
  config.log_append_time = random.OneIn(8);
  config.producer_id_expiration_ms = std::numeric_limits<int64_t>::max();  // times are odd
  return config;
}

SimFault DrawFault(Random& random) {
  constexpr SimCall kCalls[] = {SimCall::kAppend,   SimCall::kAppend, SimCall::kSyncData,
                                SimCall::kSyncData, SimCall::kRename, SimCall::kSyncDirectory,
                                SimCall::kCreate,   SimCall::kOpen,   SimCall::kRead,
                                SimCall::kTruncate, SimCall::kRemove, SimCall::kStat,
                                SimCall::kList,     SimCall::kSpace};
  constexpr SimCall kTakesSpace[] = {SimCall::kAppend, SimCall::kAppend, SimCall::kCreate,
                                     SimCall::kRename, SimCall::kSyncData};
  constexpr const char* kPaths[] = {"", "", ".log", "index", "checkpoint", ".snapshot"};
  SimFault fault;
  const bool full = random.OneIn(3);
  fault.kind = full ? SimFault::kNoSpace : SimFault::kIoError;
  fault.call = full ? kTakesSpace[random.Below(std::size(kTakesSpace))]
                    : kCalls[random.Below(std::size(kCalls))];
  fault.path = kPaths[random.Below(std::size(kPaths))];
  fault.skip = random.OneIn(2) ? 0 : random.Below(6);
  return fault;
}

}  // namespace varve::log::test
