#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"

// Batches for the tests of this folder.
namespace varve::log::test {

using Times = std::vector<int64_t>;

// As a producer sends it: a record for each of `times`, with values of `value_bytes`.
Buffer MakeBatch(const Times& times, size_t value_bytes = 10,
                 record::Codec codec = record::Codec::kNone);

// One record without codec, `bytes` in all. Requires: bytes >= 80.
Buffer BatchOfSize(size_t bytes, int64_t time = 1000);

// As an idempotent or transactional producer sends it: `count` records at `time`.
struct FromProducer {
  int64_t id = 1;
  int16_t epoch = 0;
  int32_t sequence = 0;
  int count = 1;
  bool transactional = false;
  int64_t time = 1000;
};
Buffer ProducedBatch(const FromProducer& from);

// What lies in a log file, or came out of a read: base and last offset of each batch, as
// "0-2 3-3"; what cannot be read as a batch ends it with "?".
std::string Offsets(Bytes batches);

std::string Hex(Bytes bytes);

}  // namespace varve::log::test
