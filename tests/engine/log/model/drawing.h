#pragma once

#include <cstdint>

#include "engine/io/random.h"
#include "engine/io/sim/faults.h"
#include "engine/log/config.h"
#include "engine/record/builder.h"
#include "tests/engine/log/model/model_batch.h"

// Everything that the model test draws; all of it follows from the seed.
namespace varve::log::test {

// Whose batch it is.
struct Sender {
  int64_t id = record::kNoProducerId;
  int16_t epoch = record::kNoProducerEpoch;
  int32_t sequence = record::kNoSequence;
  bool transactional = false;
};

// One to five records, of any codec, at times around `now_ms` or odd ones.
DrawnBatch DrawBatch(io::Random& random, const Sender& sender, int64_t now_ms);
DrawnBatch DrawMarker(io::Random& random, const Sender& sender, int64_t now_ms);

Config DrawConfig(io::Random& random);

// One call on the disk that fails once.
io::SimFault DrawFault(io::Random& random);

// Both ends included.
int64_t DrawIn(io::Random& random, int64_t from, int64_t to);

// The half of `bound` with the small numbers is drawn as often as all the rest.
uint64_t DrawSmall(io::Random& random, uint64_t bound);

}  // namespace varve::log::test
