#include "benchmarks/broker/mode/beside.h"
#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

// Records and acknowledgements as the others have them, as fast as it goes.
ProduceShape FloodOf(const FairnessOptions& options) {
  ProduceShape flood = options.produce;
  flood.batch.records = options.flood_records;
  flood.connections = options.flood_connections;
  flood.in_flight = options.flood_in_flight;
  flood.requests_per_second = 0;
  flood.records_per_second = 0;
  return flood;
}

// Both at once: a row for those whose rate is given, and one for those who take what they get.
absl::StatusOr<Rows> MeasureBoth(const Common& common, const Topic& topic,
                                 const FairnessOptions& options) {
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, options.produce, common.threads));
  ASSIGN_OR_RETURN(const auto flood, ProduceLoad::Make(topic, FloodOf(options), /*workers=*/1));
  const auto flooding = [&](Worker& worker, Meter& meter) {
    return ProduceAs(worker, meter, flood->PlanFor(0));
  };
  ASSIGN_OR_RETURN(Both both, MeasureBeside(common, *load, flooding));
  return Rows{{"beside the flood", std::move(both.produced)}, {"flood", std::move(both.other)}};
}

}  // namespace

absl::StatusOr<Rows> RunFairness(const Common& common, const FairnessOptions& options) {
  if (options.produce.Rate() <= 0) {
    return absl::InvalidArgumentError(
        "fairness: those who are flooded need --rate or --record-rate");
  }
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  ASSIGN_OR_RETURN(Figures alone, MeasureProduce(common, topic, options.produce));
  ASSIGN_OR_RETURN(Rows rows, MeasureBoth(common, topic, options));
  rows.insert(rows.begin(), {"alone", std::move(alone)});
  CleanUp(common);
  return rows;
}

}  // namespace varve::bench
