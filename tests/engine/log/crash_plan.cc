#include "tests/engine/log/crash_plan.h"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/io/random.h"
#include "engine/record/builder.h"
#include "engine/record/end_marker.h"

namespace varve::log::test {
namespace {

using io::Random;
using record::Codec;

constexpr size_t kLogs = 2;
constexpr size_t kLives = 3;

// Mostly none: the others cost a hundred times as much to write.
Codec DrawCodec(Random& random) {
  return random.OneIn(12) ? static_cast<Codec>(1 + random.Below(4)) : Codec::kNone;
}

// One producer numbers its batches, two work in transactions; the rest is nobody's.
record::BatchOptions DrawProducer(Random& random) {
  record::BatchOptions options{.codec = DrawCodec(random)};
  if (random.OneIn(2)) return options;
  options.producer_id = static_cast<int64_t>(1 + random.Below(3));
  options.producer_epoch = 0;
  options.base_sequence = 0;  // the model knows it
  options.transactional = options.producer_id > 1;
  return options;
}

PlannedBatch DrawMarker(Random& random) {
  const auto time = static_cast<int64_t>(1000 + random.Below(40));
  const auto producer_id = static_cast<int64_t>(2 + random.Below(2));
  const bool commit = random.OneIn(2);
  return {record::BuildEndMarker(producer_id, 0, {commit, 0}, time), {time}};
}

PlannedBatch DrawBatch(Random& random) {
  if (random.OneIn(6)) return DrawMarker(random);
  PlannedBatch batch;
  record::BatchBuilder builder(DrawProducer(random));
  const size_t records = random.OneIn(3) ? 1 + random.Below(4) : 1;
  for (size_t i = 0; i < records; ++i) {
    // Few different times, neither rising nor falling: equal ones and gaps matter to lookups.
    const auto time = static_cast<int64_t>(1000 + random.Below(40));
    // Drawn in statements of their own: the order of arguments is the compiler's.
    const size_t value_bytes = random.OneIn(4) ? random.Below(180) : random.Below(60);
    const auto letter = static_cast<char>('a' + random.Below(26));
    const std::string value(value_bytes, letter);
    builder.Append({.timestamp = time, .value = AsBytes(value)});
    batch.times.push_back(time);
  }
  batch.bytes = builder.Build();
  return batch;
}

Config DrawConfig(Random& random) {
  Config config;
  config.segment_bytes = static_cast<int64_t>(1000 + random.Below(1000));
  config.index_interval_bytes = static_cast<int32_t>(random.Below(400));
  config.allocate_step_bytes = 0;
  config.producer_id_expiration_ms = std::numeric_limits<int64_t>::max();  // times are of long ago
  const uint64_t choice = random.Below(3);
  if (choice == 0) config.flush_messages = 1;
  if (choice == 1) config.flush_messages = static_cast<int64_t>(2 + random.Below(10));
  return config;
}

Step::Kind DrawKind(Random& random) {
  constexpr Step::Kind kKinds[] = {Step::kAppend, Step::kAppend, Step::kAppend,
                                   Step::kAppend, Step::kBurst,  Step::kBurst,
                                   Step::kFlush,  Step::kFlush,  Step::kCheckpoint};
  if (random.OneIn(20)) return Step::kEpoch;
  if (random.OneIn(12)) return random.OneIn(2) ? Step::kLogStart : Step::kRetain;
  return kKinds[random.Below(std::size(kKinds))];
}

Step DrawStep(Random& random) {
  Step step;
  step.kind = DrawKind(random);
  step.log = random.Below(kLogs);
  step.share = random.Below(65);
  const bool appends = step.kind == Step::kAppend || step.kind == Step::kBurst;
  const size_t batches = appends ? 1 + random.Below(5) : 0;
  for (size_t i = 0; i < batches; ++i) step.batches.push_back(DrawBatch(random));
  return step;
}

Step DrawRestart(Random& random) {
  constexpr Step::Kind kKinds[] = {Step::kStopCleanly, Step::kProcessCrash, Step::kPowerLoss};
  return Step{.kind = kKinds[random.Below(std::size(kKinds))]};
}

}  // namespace

Plan MakePlan(uint64_t seed, size_t steps_per_life) {
  Random random(seed);
  Plan plan{.seed = seed, .configs = {}, .steps = {}};
  for (size_t i = 0; i < kLogs; ++i) plan.configs.push_back(DrawConfig(random));
  for (size_t life = 0; life < kLives; ++life) {
    for (size_t i = 0; i < steps_per_life; ++i) plan.steps.push_back(DrawStep(random));
    plan.steps.push_back(DrawRestart(random));
  }
  return plan;
}

std::vector<Step> MakeAftermath(const Plan& plan, uint64_t seed) {
  Random random(plan.seed ^ (seed << 32));
  std::vector<Step> steps;
  for (size_t i = 0; i < 2; ++i) steps.push_back(DrawStep(random));
  return steps;
}

}  // namespace varve::log::test
