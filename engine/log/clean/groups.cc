#include "engine/log/clean/groups.h"

#include <limits>

namespace varve::log {
namespace {

// Sums over the sources of a group.
struct Sums {
  uint64_t size = 0;
  uint64_t offset_index_bytes = 0;
  uint64_t time_index_bytes = 0;

  void Add(const SourceFacts& source) {
    size += source.size;
    offset_index_bytes += source.offset_index_bytes;
    time_index_bytes += source.time_index_bytes;
  }
  bool Fit(const GroupLimits& limits) const {
    return size <= limits.segment_bytes && offset_index_bytes <= limits.index_bytes &&
           time_index_bytes <= limits.index_bytes;
  }
};

// An empty source adds no offset that would have to be told from the base.
bool OffsetsFit(int64_t base_offset, const SourceFacts& source) {
  return source.size == 0 ||
         source.end_offset - 1 - base_offset <= std::numeric_limits<int32_t>::max();
}

}  // namespace

std::vector<Group> GroupSources(std::span<const SourceFacts> sources, const GroupLimits& limits) {
  std::vector<Group> groups;
  Sums sums;
  for (size_t i = 0; i < sources.size(); ++i) {
    Sums with = sums;
    with.Add(sources[i]);
    const bool joins = !groups.empty() && groups.back().count < kGroupSegmentsMax &&
                       with.Fit(limits) &&
                       OffsetsFit(sources[groups.back().first].base_offset, sources[i]);
    if (joins) {
      ++groups.back().count;
      sums = with;
    } else {
      groups.push_back({i, 1});
      sums = Sums();
      sums.Add(sources[i]);
    }
  }
  return groups;
}

}  // namespace varve::log
