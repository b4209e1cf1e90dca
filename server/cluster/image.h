#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/uuid.h"
#include "server/cluster/topic_table.h"
#include "server/config/broker_config.h"
#include "server/config/topic_config.h"

namespace varve::cluster {

inline constexpr int32_t kNoLeader = -1;

struct PartitionState {
  int32_t leader = kNoLeader;
  int32_t leader_epoch = 0;     // rises whenever a leader is named, be it the same one
  int32_t partition_epoch = 0;  // rises with every change
  std::vector<int32_t> replicas{};
  std::vector<int32_t> isr{};
  // Not in sync any more, and yet known to hold all that was acknowledged: who may lead next.
  std::vector<int32_t> eligible{};
  // Where our replica lies. What another program left may name a directory that is none of ours
  // (UsableAsDirectory is false, or the id is unknown): then the log is looked for, by its name.
  Uuid directory{};
  int shard = 0;  // that owns it, in this run of the process; nothing on disk tells of it

  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};

// One topic as it is at some moment; never changes.
struct Topic {
  std::string name;
  Uuid id;
  bool internal = false;
  config::TopicOverrides overrides{};  // what was set for it
  config::TopicConfig config{};        // the same over the broker's values
  std::vector<PartitionState> partitions{};

  int16_t replication_factor() const {
    return partitions.empty() ? int16_t{0} : static_cast<int16_t>(partitions[0].replicas.size());
  }
};

// This broker's configuration as it is at some moment, with what was set while it ran.
struct LiveConfig {
  explicit LiveConfig(config::BrokerConfig now)
      : broker(std::move(now)), topics(config::ResolveTopicConfig({}, broker)) {}

  config::BrokerConfig broker;
  config::TopicConfig topics;  // of a topic without overrides
};
using LiveConfigRef = std::shared_ptr<const LiveConfig>;

// Everything that is known of the cluster at one moment. A change makes another image, which
// shares the topics that it does not touch.
//
//   for (const TopicRef& topic : image->topics()) ...            // in the order of their names
//   if (const Topic* topic = image->Find(name)) ...              // allocates nothing
//
// Lifetime  What Find returns lives as long as the image; a TopicRef on its own.
// Threads   Any: it is immutable.
class Image {
 public:
  struct Facts {
    std::string cluster_id{};  // 22 characters
    int32_t node_id = -1;
    int64_t version = 0;           // the offset behind the last change, in the metadata log
    int16_t metadata_version = 0;  // Kafka's feature level of that name
    int64_t next_producer_id = 0;
    int64_t broker_epoch = -1;  // under which this broker registered last
    size_t partition_count = 0;
    LiveConfigRef live{};  // set in every image of a controller; images share it while it is so
  };

  Image() = default;
  Image(Facts facts, TopicTable topics) : facts_(std::move(facts)), topics_(std::move(topics)) {}

  // nullptr if there is no such topic.
  const Topic* Find(std::string_view name) const { return FindRef(name).get(); }
  const Topic* Find(const Uuid& id) const { return FindRef(id).get(); }
  const TopicRef& FindRef(std::string_view name) const { return topics_.Find(name); }
  const TopicRef& FindRef(const Uuid& id) const { return topics_.Find(id); }
  // nullptr if there is no such topic or partition.
  const PartitionState* FindPartition(std::string_view name, int32_t partition) const;

  const TopicTable& topics() const { return topics_; }
  size_t topic_count() const { return topics_.size(); }
  size_t partition_count() const { return facts_.partition_count; }

  const std::string& cluster_id() const { return facts_.cluster_id; }
  int32_t node_id() const { return facts_.node_id; }
  int64_t version() const { return facts_.version; }
  int16_t metadata_version() const { return facts_.metadata_version; }
  int64_t next_producer_id() const { return facts_.next_producer_id; }
  int64_t broker_epoch() const { return facts_.broker_epoch; }
  const config::BrokerConfig& config() const { return facts_.live->broker; }
  const Facts& facts() const { return facts_; }

 private:
  Facts facts_;
  TopicTable topics_;
};

using ImageRef = std::shared_ptr<const Image>;

// Whether an id may be that of a log directory: Kafka reserves the first hundred.
inline bool UsableAsDirectory(const Uuid& id) { return id.high != 0 || id.low >= 100; }

}  // namespace varve::cluster
