#include "benchmarks/broker/load/consumers.h"
#include "benchmarks/broker/mode/beside.h"
#include "benchmarks/broker/mode/fill.h"
#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

io::Task<absl::Status> ReadBack(Worker& worker, const ConsumerPlan& plan, Meter& read) {
  Consumers consumers(worker, read, plan);
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  co_await worker.Begin();
  co_return co_await consumers.Run(worker.stop());
}

// Both at once: a row for those who produce, and one for those who read from the start.
absl::StatusOr<Rows> MeasureBoth(const Common& common, const Topic& topic,
                                 const ColdOptions& options) {
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, options.produce, common.threads));
  ASSIGN_OR_RETURN(const std::vector<Extent> extents, ExtentsOf(common, topic));
  ASSIGN_OR_RETURN(const std::vector<ConsumerPlan> plans,
                   PlanConsumers(topic, extents, options.backfill, /*workers=*/1));
  const auto backfill = [&](Worker& worker, Meter& read) {
    return ReadBack(worker, plans.front(), read);
  };
  ASSIGN_OR_RETURN(Both both, MeasureBeside(common, *load, backfill));
  return Rows{{"producing beside it", std::move(both.produced)},
              {"backfill", std::move(both.other)}};
}

}  // namespace

absl::StatusOr<Rows> RunCold(const Common& common, const ColdOptions& options) {
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  if (options.fill_bytes > 0) {
    RETURN_IF_ERROR(Fill(common, topic, options.fill, options.fill_bytes));
  }
  ASSIGN_OR_RETURN(Figures alone, MeasureProduce(common, topic, options.produce));
  ASSIGN_OR_RETURN(Rows rows, MeasureBoth(common, topic, options));
  rows.insert(rows.begin(), {"producing alone", std::move(alone)});
  CleanUp(common);
  return rows;
}

}  // namespace varve::bench
