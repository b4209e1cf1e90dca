#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/clock.h"
#include "engine/io/disk.h"
#include "engine/log/counters.h"
#include "server/metrics/request_counters.h"
#include "server/metrics/topic_counters.h"

// What a scrape has gathered: plain data, to be put into words where it holds nobody up.
namespace varve::metrics {

using NameRef = std::shared_ptr<const std::string>;

// A partition that is served.
struct PartitionFacts {
  NameRef topic{};
  int32_t index = 0;
  int64_t log_start = 0;
  int64_t high_watermark = 0;
  int64_t log_end = 0;
  uint64_t bytes = 0;
  uint64_t segments = 0;
};

struct CommittedTopic {
  std::string name{};
  std::vector<std::pair<int32_t, int64_t>> offsets{};  // by partition
};

struct GroupFacts {
  std::string id{};
  std::string protocol_type{};
  std::string protocol{};
  std::string state{};
  size_t members = 0;
  std::vector<CommittedTopic> committed{};
};

// One shard, as it was when it was asked.
struct ShardFacts {
  struct Api {
    size_t key = 0;
    ApiCounters counters{};
  };
  io::MonoTime now{};
  std::vector<Api> apis{};
  TopicCounters all_topics{};
  std::vector<TopicTable::Entry> topics{};
  std::vector<PartitionFacts> partitions{};
  std::vector<GroupFacts> groups{};
  std::vector<size_t> connections{};  // by listener
  uint64_t slow_requests = 0;
  uint64_t request_bytes = 0;
  uint64_t open_files = 0;
  uint64_t unwritten_bytes = 0;
  uint64_t offline_partitions = 0;
  io::Duration cpu{};
  log::Counters log{};
};

// What the metadata says of all topics.
struct TopicFacts {
  NameRef name{};
  Uuid id{};
  uint64_t partitions = 0;
  int replication_factor = 0;
  bool compacted = false;
  bool deleted = false;  // by retention
};

struct ClusterFacts {
  std::string cluster_id{};
  int32_t node_id = -1;
  std::vector<TopicFacts> topics{};
  uint64_t partitions = 0;
  uint64_t leaders = 0;
  uint64_t under_replicated = 0;
  uint64_t under_min_in_sync = 0;
};

struct DirectoryState {
  std::string path{};
  bool usable = false;
  uint64_t total_bytes = 0;  // 0: unknown
  uint64_t free_bytes = 0;
};

struct Snapshot {
  std::vector<ShardFacts> shards{};
  std::vector<std::string> listeners{};  // their names
  ClusterFacts cluster{};
  std::vector<DirectoryState> directories{};
  std::string io_backend{};
  bool ready = false;
  uint64_t series_max = 0;  // of a kind: see SeriesBound
};

}  // namespace varve::metrics
