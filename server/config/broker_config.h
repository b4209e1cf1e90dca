#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/config/listeners.h"
#include "server/config/property.h"
#include "server/config/value.h"

namespace varve::config {

enum class IoBackend : int8_t { kAuto, kUring, kEpoll };

// What code reads often, under names of its own. Bytes are bytes, _ms is milliseconds.
struct BrokerSettings {
  int32_t node_id = -1;  // -1: as the data directory says, in a new one kFirstNodeId
  std::string rack;
  Listeners listeners;
  std::optional<Endpoint> http_listener;  // for metrics and probes

  std::vector<std::string> log_dirs;  // at least one, none twice
  std::string metadata_log_dir;       // one of log_dirs or its own

  int32_t io_threads = 0;  // the most shards
  int32_t background_threads = 0;
  int32_t recovery_threads_per_dir = 0;
  IoBackend io_backend = IoBackend::kAuto;
  std::vector<std::string> io_features;  // empty: all that are there

  int32_t request_bytes_max = 0;
  int32_t send_buffer_bytes = 0;     // -1: the kernel's
  int32_t receive_buffer_bytes = 0;  // -1: the kernel's
  int32_t listen_backlog = 0;
  int32_t connections_max = 0;
  int32_t connections_max_per_ip = 0;
  std::vector<std::pair<std::string, int32_t>> connections_max_of_ip;  // overrides it
  int64_t connection_idle_ms_max = 0;                                  // negative: never closed
  int32_t queued_requests_max = 0;
  int32_t in_flight_requests_max = 0;    // of one connection
  int32_t in_flight_bytes_max = 0;       // likewise
  int64_t queued_request_bytes_max = 0;  // -1: a share of the cgroup's memory
  int64_t frame_pool_bytes = 0;          // of one shard
  int32_t open_files_max = 0;            // -1: half of the process's limit
  int64_t unwritten_bytes_max = 0;       // -1: a share of the cgroup's memory
  int32_t fetch_bytes_max = 0;
  int32_t fetch_sessions_max = 0;
  int32_t metrics_series_max = 0;  // partitions, topics... with time series of their own

  int32_t default_partitions = 0;
  int16_t default_replication_factor = 0;
  bool auto_create_topics = false;
  bool delete_topics = false;

  int64_t request_slow_ms = 0;  // zero or less: none is
  int64_t retention_check_ms = 0;
  int64_t recovery_point_checkpoint_ms = 0;
  int64_t log_start_checkpoint_ms = 0;
  int64_t high_watermark_checkpoint_ms = 0;

  bool cleaner_enable = false;
  int32_t cleaner_io_buffer_bytes = 0;
  int64_t cleaner_dedupe_buffer_bytes = 0;
  double cleaner_load_factor = 0;
  double cleaner_bytes_per_second_max = 0;
  int64_t cleaner_backoff_ms = 0;
};

inline constexpr int32_t kFirstNodeId = 1;

// What was set for something, by property name.
using Overrides = std::map<std::string, std::string, std::less<>>;

// What was set by requests, while brokers ran. It may hold names that are in no table.
struct DynamicOverrides {
  Overrides all;  // of every broker
  Overrides own;  // of this one: they win

  friend bool operator==(const DynamicOverrides&, const DynamicOverrides&) = default;
};

struct BrokerInput {
  std::string_view file_text;          // of server.properties; may be empty
  std::vector<std::string> overrides;  // key=value each, they win; of two the later one
  std::string host_name;               // this machine's name, for advertised listeners
};

// A broker's configuration: what was set, over the defaults. Immutable; copies are independent.
// What was set dynamically lies over what the broker was started with.
// Every name that is asked for must be in BrokerProperties(): another one is a bug.
class BrokerConfig {
 public:
  // InvalidArgument, naming key, value and what is permitted: a value of the wrong type or out
  // of range, an override without '=', a contradiction. Whatever ParseProperties returns.
  static absl::StatusOr<BrokerConfig> Parse(const BrokerInput& input);

  // What somebody should be told once: unknown keys, each with the name that was probably
  // meant, and keys that are set but have no effect.
  const std::vector<std::string>& warnings() const { return warnings_; }

  const BrokerSettings& settings() const { return settings_; }

  // The same with `dynamic` in the place of what was set dynamically before. What no row permits,
  // or only at a start, is passed over. `problem` is told if it does not fit together
  // (InvalidArgument): then settings() are those of before.
  BrokerConfig With(DynamicOverrides dynamic, absl::Status* problem = nullptr) const;
  const DynamicOverrides& dynamic() const { return dynamic_; }

  // The resolved value: set, else a synonym's, else the default. Null reads as 0, false or
  // empty; ask IsNull where that is something else.
  bool IsNull(std::string_view name) const;
  bool Bool(std::string_view name) const;
  int64_t Int(std::string_view name) const;
  double Double(std::string_view name) const;
  std::string Text(std::string_view name) const;
  std::vector<std::string> List(std::string_view name) const;
  const Value& Get(std::string_view name) const;

  // Whether a value or a synonym of it was set by somebody, and where.
  Source SourceOf(std::string_view name) const;

  // Where a broker's property may be set, the strongest first.
  static constexpr Source kLayers[] = {Source::kBroker, Source::kDefaultBroker,
                                       Source::kStaticBroker};
  // The text that this very key was set to in that layer; nullopt if it was not, or to something
  // that does not count. Synonyms do not count either.
  std::optional<std::string_view> SetText(std::string_view name, Source layer) const;

 private:
  struct Resolved {
    Value value;
    Source source = Source::kDefault;
  };

  absl::Status ReadInput(const BrokerInput& input);
  void ResolveAll();
  Resolved Resolve(const Property& property) const;
  const Overrides& Layer(Source layer) const;
  const Resolved& At(std::string_view name) const;
  void Warn();

  Overrides set_;  // at the start
  std::string host_name_;
  DynamicOverrides dynamic_;
  std::map<std::string_view, Resolved> resolved_;  // keys are the table's
  std::vector<std::string> warnings_;
  BrokerSettings settings_;
};

}  // namespace varve::config
