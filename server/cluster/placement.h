#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace varve::cluster {

// How many of something lie at each of a few places; hands out the emptiest, of equal ones the
// first. The same calls give the same answers.
class Spread {
 public:
  explicit Spread(size_t places) : counts_(places) {}

  size_t places() const { return counts_.size(); }
  size_t count(size_t place) const { return counts_[place]; }
  // Requires: there is a place.
  size_t Take() {
    const auto least = std::min_element(counts_.begin(), counts_.end());
    ++*least;
    return static_cast<size_t>(least - counts_.begin());
  }
  void Add(size_t place) { ++counts_[place]; }
  void Give(size_t place) { --counts_[place]; }

 private:
  std::vector<size_t> counts_;
};

// Where partitions are put: which shard owns them, which log directory holds them.
struct Placement {
  Spread shards;
  Spread directories;
};

}  // namespace varve::cluster
