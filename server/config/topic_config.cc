#include "server/config/topic_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/config/value.h"

namespace varve::config {
namespace {

// Reads one topic's values by name: its own, else the broker's, else the table's.
class Reader {
 public:
  Reader(const TopicOverrides& overrides, const BrokerConfig& broker,
         std::vector<std::string>* rejected)
      : overrides_(overrides), broker_(broker), rejected_(rejected) {}

  template <typename T>
  T Get(std::string_view name) const {
    const Property* property = FindTopicProperty(name);
    VARVE_CHECK(property != nullptr, "{} has no row", name);
    if (const auto at = overrides_.find(name); at != overrides_.end()) {
      const absl::StatusOr<Value> own = ParseValue(*property, at->second, Strictness::kStored);
      if (own.ok()) return ValueOr(*own, T());
      if (rejected_ != nullptr) rejected_->emplace_back(own.status().message());
    }
    const std::string_view synonym = property->synonyms[0].name;
    return ValueOr(synonym.empty() ? DefaultValue(*property) : broker_.Get(synonym), T());
  }

  int64_t Long(std::string_view name) const { return Get<int64_t>(name); }
  int32_t Int(std::string_view name) const { return static_cast<int32_t>(Long(name)); }

  bool Overrides(const char* name) const { return overrides_.contains(name); }

 private:
  const TopicOverrides& overrides_;
  const BrokerConfig& broker_;
  std::vector<std::string>* rejected_;
};

Compression ParseCompression(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Compression>, 6> kNames = {{
      {"producer", Compression::kProducer},
      {"uncompressed", Compression::kUncompressed},
      {"gzip", Compression::kGzip},
      {"snappy", Compression::kSnappy},
      {"lz4", Compression::kLz4},
      {"zstd", Compression::kZstd},
  }};
  const auto* at = std::find_if(kNames.begin(), kNames.end(),
                                [text](const auto& entry) { return entry.first == text; });
  VARVE_CHECK(at != kNames.end(), "{} passed the table", text);
  return at->second;
}

// Tests need segments smaller than segment.bytes permits. The topic's word, in either form, goes
// before the broker's.
int32_t SegmentBytes(const Reader& reader) {
  const int32_t internal = reader.Int("internal.segment.bytes");
  const bool use_internal = internal != 0 && (reader.Overrides("internal.segment.bytes") ||
                                              !reader.Overrides("segment.bytes"));
  return use_internal ? internal : reader.Int("segment.bytes");
}

void FillCleanup(const Reader& reader, TopicConfig& config) {
  const auto policies = reader.Get<std::vector<std::string>>("cleanup.policy");
  const auto has = [&policies](std::string_view policy) {
    return std::find(policies.begin(), policies.end(), policy) != policies.end();
  };
  config.cleanup_delete = has("delete");
  config.cleanup_compact = has("compact");
  config.retention_ms = reader.Long("retention.ms");
  config.retention_bytes = reader.Long("retention.bytes");
  config.delete_retention_ms = reader.Long("delete.retention.ms");
  config.file_delete_delay_ms = reader.Long("file.delete.delay.ms");
  config.min_compaction_lag_ms = reader.Long("min.compaction.lag.ms");
  config.max_compaction_lag_ms = reader.Long("max.compaction.lag.ms");
  config.min_cleanable_dirty_ratio = reader.Get<double>("min.cleanable.dirty.ratio");
}

void FillSegments(const Reader& reader, TopicConfig& config) {
  config.segment_bytes = SegmentBytes(reader);
  config.segment_ms = reader.Long("segment.ms");
  config.segment_jitter_ms = reader.Long("segment.jitter.ms");
  config.segment_index_bytes = reader.Int("segment.index.bytes");
  config.index_interval_bytes = reader.Int("index.interval.bytes");
  config.preallocate = reader.Get<bool>("preallocate");
  config.flush_messages = reader.Long("flush.messages");
  config.flush_ms = reader.Long("flush.ms");
}

void FillMessages(const Reader& reader, TopicConfig& config) {
  config.max_message_bytes = reader.Int("max.message.bytes");
  config.compression = ParseCompression(reader.Get<std::string>("compression.type"));
  config.gzip_level = reader.Int("compression.gzip.level");
  config.lz4_level = reader.Int("compression.lz4.level");
  config.zstd_level = reader.Int("compression.zstd.level");
  config.timestamp_type = reader.Get<std::string>("message.timestamp.type") == "LogAppendTime"
                              ? TimestampType::kLogAppendTime
                              : TimestampType::kCreateTime;
  config.timestamp_before_max_ms = reader.Long("message.timestamp.before.max.ms");
  config.timestamp_after_max_ms = reader.Long("message.timestamp.after.max.ms");
  config.min_insync_replicas = reader.Int("min.insync.replicas");
  config.unclean_leader_election = reader.Get<bool>("unclean.leader.election.enable");
}

absl::Status UnknownKey(const std::string& key) {
  const std::string_view nearest = NearestName(TopicProperties(), key);
  return absl::InvalidArgumentError(
      nearest.empty()
          ? fmt::format("unknown topic property {}", Shown(key))
          : fmt::format("unknown topic property {}; did you mean {}?", Shown(key), nearest));
}

}  // namespace

absl::Status ValidateTopicConfig(const TopicOverrides& overrides, const BrokerConfig& broker,
                                 const TopicOverrides& stored) {
  constexpr size_t kTextBytesMax = 32'767;  // Kafka reads no longer one in its metadata
  for (const auto& [key, text] : overrides) {
    const auto before = stored.find(key);
    if (before != stored.end() && before->second == text) continue;
    const Property* property = FindTopicProperty(key);
    if (property == nullptr) return UnknownKey(key);
    RETURN_IF_ERROR(ParseValue(*property, text).status());
    if (text.size() <= kTextBytesMax) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: permitted are {} bytes, not {}", key, kTextBytesMax, text.size()));
  }
  const TopicConfig config = ResolveTopicConfig(overrides, broker);
  if (config.min_compaction_lag_ms <= config.max_compaction_lag_ms) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("min.compaction.lag.ms={}: permitted is at most max.compaction.lag.ms, {}",
                  config.min_compaction_lag_ms, config.max_compaction_lag_ms));
}

TopicConfig ResolveTopicConfig(const TopicOverrides& overrides, const BrokerConfig& broker,
                               std::vector<std::string>* rejected) {
  const Reader reader(overrides, broker, rejected);
  TopicConfig config;
  FillCleanup(reader, config);
  FillSegments(reader, config);
  FillMessages(reader, config);
  config.producer_id_expiration_ms =
      ValueOr(broker.Get("producer.id.expiration.ms"), config.producer_id_expiration_ms);
  return config;
}

}  // namespace varve::config
