#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"

namespace varve::bench {

absl::StatusOr<Figures> MeasureProduce(const Common& common, const Topic& topic,
                                       const ProduceShape& shape) {
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, shape, common.threads));
  const auto body = [&](Worker& worker) {
    return ProduceAs(worker, load->PlanFor(worker.index()));
  };
  return MeasureTeam(common, body);
}

absl::StatusOr<Rows> RunProduce(const Common& common, const ProduceOptions& options) {
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  ASSIGN_OR_RETURN(Figures figures, MeasureProduce(common, topic, options.shape));
  CleanUp(common);
  return Rows{{"produce", std::move(figures)}};
}

}  // namespace varve::bench
