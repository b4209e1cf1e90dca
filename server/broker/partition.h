#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/log/log.h"
#include "server/cluster/image.h"

namespace varve::broker {

struct PartitionKey {
  Uuid topic_id;
  int32_t index = 0;

  friend auto operator<=>(const PartitionKey&, const PartitionKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const PartitionKey& key) {
    return H::combine(std::move(h), key.topic_id, key.index);
  }
};

class FetchWatch;

// A partition that this broker leads: its log, what decides its high watermark, and the fetches
// that wait for it.
//
// Threads   The loop of the shard that owns it.
class Partition : private log::Log::Listener {
 public:
  Partition(cluster::TopicRef topic, int32_t index, std::unique_ptr<log::Log> log);
  ~Partition() override;
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  log::Log& log() { return *log_; }
  const cluster::Topic& topic() const { return *topic_; }
  const cluster::TopicRef& topic_ref() const { return topic_; }
  const cluster::PartitionState& state() const { return topic_->partitions[index_]; }
  int32_t index() const { return index_; }

  // Requests reach it from now on.
  void Serve() { served_ = true; }
  bool served() const { return served_; }

  // The topic as a newer image has it: configuration and leader epoch.
  io::Task<absl::Status> Update(cluster::TopicRef topic);

  // While it watches, `watch` is told of bytes that consumers may newly read, and of the end.
  void AddWatch(FetchWatch& watch) { watches_.push_back(&watch); }
  void RemoveWatch(FetchWatch& watch);
  // Sets all of them off and forgets them: the partition is going.
  void DropWatches();

 private:
  // How much had been appended when the log ended at an offset.
  struct Mark {
    int64_t end = 0;
    uint64_t bytes = 0;
  };

  void OnAdvance(log::Log& log) override;
  uint64_t ReadableBytes(int64_t high_watermark);

  cluster::TopicRef topic_;
  const int32_t index_;
  std::unique_ptr<log::Log> log_;
  bool served_ = false;
  std::vector<FetchWatch*> watches_;
  uint64_t readable_bytes_ = 0;  // of what was appended, below the high watermark
  // Ends above the high watermark, as many as appends in flight. Most partitions have none, which
  // in a vector, unlike a deque, takes no memory.
  std::vector<Mark> unreadable_;
};

// The engine's view of a topic's configuration.
log::Config LogConfigOf(const config::TopicConfig& config);

}  // namespace varve::broker
