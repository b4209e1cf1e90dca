#include <fmt/format.h>

#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"

namespace varve::bench {

absl::StatusOr<Rows> RunBatchCurve(const Common& common, const BatchCurveOptions& options) {
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  Rows rows;
  for (const uint32_t records : options.records) {
    ProduceShape shape = options.produce;
    shape.batch.records = records;
    ASSIGN_OR_RETURN(Figures figures, MeasureProduce(common, topic, shape));
    rows.push_back({fmt::format("{} records", records), std::move(figures)});
  }
  CleanUp(common);
  return rows;
}

}  // namespace varve::bench
