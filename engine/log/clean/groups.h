#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Which segments compaction writes into one: a pure function.
namespace varve::log {

struct SourceFacts {
  int64_t base_offset = 0;
  int64_t end_offset = 0;  // behind the last offset that it may hold
  uint64_t size = 0;
  uint64_t offset_index_bytes = 0;
  uint64_t time_index_bytes = 0;
};

struct GroupLimits {
  uint64_t segment_bytes = 0;  // of one output
  uint64_t index_bytes = 0;    // of each of its indexes
};

// The first source of a group, and how many there are.
struct Group {
  size_t first = 0;
  size_t count = 0;
};

// More small segments than this are not put into one: bounds what one exchange replaces.
inline constexpr size_t kGroupSegmentsMax = 256;

// Divides sources, in order, so that what comes of each group fits one segment: its bytes, its
// indexes, and the distance of its last offset from its base. A source that is too large by itself
// is a group of its own.
std::vector<Group> GroupSources(std::span<const SourceFacts> sources, const GroupLimits& limits);

}  // namespace varve::log
