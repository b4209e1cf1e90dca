#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/uuid.h"

namespace varve::coordinator {

// One partition of a topic, by the topic's id.
struct TopicPartition {
  Uuid topic{};
  int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TopicPartition& each) {
    return H::combine(std::move(h), each.topic, each.partition);
  }
};

// Partitions that somebody has or is to have: ascending, none twice.
using Assignment = std::vector<TopicPartition>;

// Puts partitions of any order into one.
Assignment ToAssignment(std::vector<TopicPartition> partitions);

Assignment Union(const Assignment& a, const Assignment& b);
Assignment Intersection(const Assignment& a, const Assignment& b);
Assignment Difference(const Assignment& a, const Assignment& b);
bool Meet(const Assignment& a, const Assignment& b);  // have something in common
bool IsSubset(const Assignment& part, const Assignment& whole);

// Calls `function(topic, partitions)` for each topic, in ascending order.
template <typename Function>
void ForEachTopic(std::span<const TopicPartition> assignment, Function function) {
  while (!assignment.empty()) {
    const Uuid topic = assignment.front().topic;
    std::vector<int32_t> partitions;
    while (!assignment.empty() && assignment.front().topic == topic) {
      partitions.push_back(assignment.front().partition);
      assignment = assignment.subspan(1);
    }
    function(topic, std::move(partitions));
  }
}

}  // namespace varve::coordinator
