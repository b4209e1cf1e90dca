#include "server/broker/partition.h"

#include <algorithm>
#include <iterator>

#include "engine/base/status.h"
#include "server/broker/fetch_watch.h"

namespace varve::broker {

log::Config LogConfigOf(const config::TopicConfig& config) {
  log::Config result;
  result.segment_bytes = config.segment_bytes;
  result.segment_ms = config.segment_ms;
  result.segment_jitter_ms = config.segment_jitter_ms;
  result.segment_index_bytes = config.segment_index_bytes;
  result.index_interval_bytes = config.index_interval_bytes;
  result.flush_messages = config.flush_messages;
  result.cleanup_compact = config.cleanup_compact;
  result.min_cleanable_dirty_ratio = config.min_cleanable_dirty_ratio;
  result.min_compaction_lag_ms = config.min_compaction_lag_ms;
  result.max_compaction_lag_ms = config.max_compaction_lag_ms;
  result.delete_retention_ms = config.delete_retention_ms;
  result.flush_ms = config.flush_ms;
  result.cleanup_delete = config.cleanup_delete;
  result.retention_ms = config.retention_ms;
  result.retention_bytes = config.retention_bytes;
  result.timestamp_before_max_ms = config.timestamp_before_max_ms;
  result.timestamp_after_max_ms = config.timestamp_after_max_ms;
  result.file_delete_delay_ms = config.file_delete_delay_ms;
  result.log_append_time = config.timestamp_type == config::TimestampType::kLogAppendTime;
  result.producer_id_expiration_ms = config.producer_id_expiration_ms;
  return result;
}

Partition::Partition(cluster::TopicRef topic, int32_t index, std::unique_ptr<log::Log> log)
    : topic_(std::move(topic)), index_(index), log_(std::move(log)) {
  log_->set_listener(this);
  // The only replica is in sync with itself.
  log_->AdvanceHighWatermark(log_->offsets().end);
  readable_bytes_ = log_->appended_bytes();
}

Partition::~Partition() { DropWatches(); }

void Partition::DropWatches() {
  // Whoever waits finds out that the partition is gone when it reads again.
  for (FetchWatch* watch : std::exchange(watches_, {})) watch->Fire();
}

io::Task<absl::Status> Partition::Update(cluster::TopicRef topic) {
  topic_ = std::move(topic);
  log_->set_config(LogConfigOf(topic_->config));
  co_return co_await log_->BeginEpoch(state().leader_epoch);
}

void Partition::OnAdvance(log::Log& log) {
  // With flush.messages=1 nobody sees what a power loss could still take back.
  const bool wait_for_disk = log.config().flush_messages == 1;
  const log::Offsets& offsets = log.offsets();
  if (unreadable_.empty() || unreadable_.back().end < offsets.end) {
    unreadable_.push_back({offsets.end, log.appended_bytes()});
  }
  const int64_t before = offsets.high_watermark;
  log.AdvanceHighWatermark(wait_for_disk ? offsets.durable : offsets.end);
  if (offsets.high_watermark == before) return;
  const uint64_t readable = ReadableBytes(offsets.high_watermark);
  const uint64_t grown = readable - std::min(readable, readable_bytes_);
  readable_bytes_ = readable;
  for (FetchWatch* watch : watches_) watch->OnGrowth(grown);
}

uint64_t Partition::ReadableBytes(int64_t high_watermark) {
  const auto above = std::ranges::find_if(
      unreadable_, [&](const Mark& mark) { return mark.end > high_watermark; });
  if (above == unreadable_.begin()) return readable_bytes_;
  const uint64_t bytes = std::prev(above)->bytes;
  unreadable_.erase(unreadable_.begin(), above);
  return bytes;
}

void Partition::RemoveWatch(FetchWatch& watch) { std::erase(watches_, &watch); }

}  // namespace varve::broker
