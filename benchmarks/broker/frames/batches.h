#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/bytes.h"
#include "engine/io/random.h"
#include "engine/record/batch.h"

namespace varve::bench {

// What the records of a request look like.
struct BatchShape {
  uint32_t records = 100;
  uint32_t record_bytes = 200;  // of each value
  record::Codec codec = record::Codec::kNone;
  uint64_t keys = 0;  // how many different ones; 0: no keys
};

// Text that shrinks about as logs and JSON do: words from a small vocabulary, and numbers.
std::string MakeText(size_t bytes, io::Random& random);

// One batch of records without keys, stamped with the time `now_ms`.
Buffer MakeBatch(const BatchShape& shape, int64_t now_ms, io::Random& random);

// As many records with random keys, in one batch for each of `partitions` that a key falls on:
// what a producer sends when its records have keys.
std::map<int32_t, Buffer> MakeKeyedBatches(const BatchShape& shape, int32_t partitions,
                                           int64_t now_ms, io::Random& random);

}  // namespace varve::bench
