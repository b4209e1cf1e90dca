#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/base/bytes.h"

namespace varve::dump {

// How many different keys there are, and how many bytes compaction would take away: records whose
// key comes again later. Exact up to a number of keys; beyond, the memory goes and an estimate
// stays, about one per cent off.
class KeyCount {
 public:
  explicit KeyCount(uint64_t exact_max) : exact_max_(exact_max) {}

  // A record with this key, of `bytes`, after all before it.
  void Add(Bytes key, uint64_t bytes);

  bool exact() const { return sketch_.empty(); }
  uint64_t distinct() const;
  uint64_t records() const { return records_; }
  uint64_t bytes() const { return bytes_; }
  // Of the records that are not the last one of their key.
  uint64_t superseded_records() const { return records_ - distinct(); }
  uint64_t superseded_bytes() const;

 private:
  // Hashes are sorted into so many registers by their first bits; each keeps the longest run of
  // zeros that it saw in the others (HyperLogLog).
  static constexpr int kRegisterBits = 14;

  void BeginSketch();
  void AddToSketch(uint64_t hash);
  double Estimate() const;

  const uint64_t exact_max_;
  std::unordered_map<uint64_t, uint64_t> newest_;  // by the key's hash: bytes of its last record
  std::vector<uint8_t> sketch_;
  uint64_t records_ = 0;
  uint64_t bytes_ = 0;
  uint64_t superseded_bytes_ = 0;
};

}  // namespace varve::dump
