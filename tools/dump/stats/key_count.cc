#include "tools/dump/stats/key_count.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace varve::dump {

void KeyCount::Add(Bytes key, uint64_t bytes) {
  const uint64_t hash = XXH3_64bits(key.data(), key.size());
  ++records_;
  bytes_ += bytes;
  if (!exact()) return AddToSketch(hash);
  const auto [newest, added] = newest_.try_emplace(hash, bytes);
  if (!added) {
    superseded_bytes_ += newest->second;
    newest->second = bytes;
  } else if (newest_.size() > exact_max_) {
    BeginSketch();
  }
}

void KeyCount::BeginSketch() {
  sketch_.assign(size_t{1} << kRegisterBits, 0);
  for (const auto& [hash, bytes] : newest_) AddToSketch(hash);
  std::unordered_map<uint64_t, uint64_t>().swap(newest_);
}

void KeyCount::AddToSketch(uint64_t hash) {
  uint8_t& longest = sketch_[hash >> (64 - kRegisterBits)];
  // A bit behind the others ends the run.
  const uint64_t rest = hash << kRegisterBits | uint64_t{1} << (kRegisterBits - 1);
  longest = std::max(longest, static_cast<uint8_t>(std::countl_zero(rest) + 1));
}

double KeyCount::Estimate() const {
  const auto registers = static_cast<double>(sketch_.size());
  double sum = 0;
  double empty = 0;
  for (const uint8_t longest : sketch_) {
    sum += std::ldexp(1.0, -longest);
    if (longest == 0) ++empty;
  }
  const double raw = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum;
  // With few keys, the empty registers tell more.
  const bool few = raw <= 2.5 * registers && empty > 0;
  return few ? registers * std::log(registers / empty) : raw;
}

uint64_t KeyCount::distinct() const {
  if (exact()) return newest_.size();
  return std::min(static_cast<uint64_t>(std::llround(Estimate())), records_);
}

uint64_t KeyCount::superseded_bytes() const {
  if (exact() || records_ == 0) return superseded_bytes_;
  const double share = static_cast<double>(superseded_records()) / static_cast<double>(records_);
  return static_cast<uint64_t>(share * static_cast<double>(bytes_));
}

}  // namespace varve::dump
