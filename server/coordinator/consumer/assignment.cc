#include "server/coordinator/consumer/assignment.h"

#include <algorithm>
#include <iterator>

namespace varve::coordinator {

Assignment ToAssignment(std::vector<TopicPartition> partitions) {
  std::ranges::sort(partitions);
  const auto twice = std::ranges::unique(partitions);
  partitions.erase(twice.begin(), twice.end());
  return partitions;
}

Assignment Union(const Assignment& a, const Assignment& b) {
  Assignment result;
  std::ranges::set_union(a, b, std::back_inserter(result));
  return result;
}

Assignment Intersection(const Assignment& a, const Assignment& b) {
  Assignment result;
  std::ranges::set_intersection(a, b, std::back_inserter(result));
  return result;
}

Assignment Difference(const Assignment& a, const Assignment& b) {
  Assignment result;
  std::ranges::set_difference(a, b, std::back_inserter(result));
  return result;
}

bool Meet(const Assignment& a, const Assignment& b) { return !Intersection(a, b).empty(); }

bool IsSubset(const Assignment& part, const Assignment& whole) {
  return std::ranges::includes(whole, part);
}

}  // namespace varve::coordinator
