#include <fmt/format.h>

#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"
#include "tools/text/amount.h"

namespace varve::bench {

// Each step has a topic of its own, so that all of them can be there at the same time.
absl::StatusOr<Rows> RunPartitions(const Common& common, const PartitionsOptions& options) {
  Rows rows;
  for (const int32_t partitions : options.counts) {
    Common step = common;
    step.topic.name = fmt::format("{}-{}", common.topic.name, partitions);
    step.topic.create = true;
    step.topic.partitions = partitions;
    ASSIGN_OR_RETURN(const Topic topic, Prepare(step));
    ASSIGN_OR_RETURN(Figures figures, MeasureProduce(step, topic, options.produce));
    rows.push_back({fmt::format("{} partitions", text::CountText(partitions)), std::move(figures)});
    CleanUp(step);
  }
  return rows;
}

}  // namespace varve::bench
