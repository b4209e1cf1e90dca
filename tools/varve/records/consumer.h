#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tools/varve/records/rdkafka.h"

namespace varve::cli {

// Where to read a partition, and where it ended when that was asked.
struct PartitionPlan {
  int32_t partition = 0;
  int64_t start = 0;
  int64_t end = 0;
};

// Reads records. Nobody but the caller knows what became of them: it says so.
//
// Threads   One.
class Consumer {
 public:
  virtual ~Consumer() = default;

  // The next record, or an event of librdkafka; null if there was none in time.
  virtual RdMessage Poll(int timeout_ms) = 0;
  // What was polled so far has been dealt with.
  virtual void Commit() = 0;
  // Whether all partitions have been read to where they ended when it began, or later.
  virtual bool at_end() const = 0;
  // A record, or the event that a partition has no more, came to the caller.
  virtual void Note(const rd_kafka_message_t& message) = 0;

 protected:
  Consumer() = default;
};

// Reads partitions of one topic that the caller chose; remembers nothing anywhere.
absl::StatusOr<std::unique_ptr<Consumer>> ReadPartitions(const Globals& globals,
                                                         const std::string& topic,
                                                         std::vector<PartitionPlan> plan,
                                                         const std::vector<Property>& properties);

// Reads as a member of a group, which remembers what was committed. `from_end`: where it has
// nothing committed, it begins at the end.
absl::StatusOr<std::unique_ptr<Consumer>> ReadAsMember(const Globals& globals,
                                                       const std::string& topic,
                                                       const std::string& group, bool from_end,
                                                       const std::vector<Property>& properties);

}  // namespace varve::cli
