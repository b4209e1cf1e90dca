#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace varve::log {

// Of some offsets in a row, which ones hold a record whose key has come again: a bit an offset.
// What the first look at the keys found out is then known without hashing and looking up each key
// once more.
//
//   Superseded superseded(first_dirty, offsets, bytes_max);
//   superseded.Note(17);                                  // its key came again at 23
//   if (superseded.Covers(17)) ... superseded.Has(17)
class Superseded {
 public:
  // None.
  Superseded() = default;
  // `offsets` of them, from `first` on; fewer if a bit for each would take more than bytes_max.
  Superseded(int64_t first, uint64_t offsets, size_t bytes_max)
      : first_(first), words_(std::min(WordsFor(offsets), bytes_max / sizeof(uint64_t))) {}

  bool Covers(int64_t offset) const { return offset >= first_ && At(offset) < words_.size() * 64; }
  // Nothing if it is not covered.
  void Note(int64_t offset) {
    if (Covers(offset)) words_[At(offset) / 64] |= uint64_t{1} << (At(offset) % 64);
  }
  // Requires: Covers(offset).
  bool Has(int64_t offset) const { return (words_[At(offset) / 64] >> (At(offset) % 64) & 1) != 0; }

  size_t bytes() const { return words_.size() * sizeof(uint64_t); }

 private:
  static size_t WordsFor(uint64_t offsets) { return offsets / 64 + (offsets % 64 != 0 ? 1 : 0); }
  size_t At(int64_t offset) const { return static_cast<size_t>(offset - first_); }

  int64_t first_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace varve::log
