#include <algorithm>
#include <numeric>

#include "server/coordinator/consumer/assignor.h"

namespace varve::coordinator {
namespace {

bool Before(const AssignorMember& a, const AssignorMember& b) {
  if (a.instance_id && b.instance_id) return *a.instance_id < *b.instance_id;
  if (a.instance_id || b.instance_id) return a.instance_id.has_value();
  return a.id < b.id;
}

// Places of the members, in the order in which they get their ranges.
std::vector<size_t> InOrder(std::span<const AssignorMember> members) {
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return Before(members[a], members[b]); });
  return order;
}

void Divide(const AssignorTopic& topic, std::span<const size_t> readers,
            std::vector<Assignment>& shares) {
  const auto count = static_cast<int32_t>(readers.size());
  int32_t next = 0;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t end = next + topic.partitions / count + (i < topic.partitions % count ? 1 : 0);
    for (; next < end; ++next) shares[readers[static_cast<size_t>(i)]].push_back({topic.id, next});
  }
}

}  // namespace

std::vector<Assignment> AssignRange(std::span<const AssignorMember> members,
                                    std::span<const AssignorTopic> topics) {
  const std::vector<size_t> order = InOrder(members);
  std::vector<Assignment> shares(members.size());
  for (const AssignorTopic& topic : topics) {
    std::vector<size_t> readers;
    for (const size_t place : order) {
      if (std::ranges::binary_search(members[place].topics, topic.id)) readers.push_back(place);
    }
    if (!readers.empty()) Divide(topic, readers, shares);
  }
  return shares;
}

}  // namespace varve::coordinator
