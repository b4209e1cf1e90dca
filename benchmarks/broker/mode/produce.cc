#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"

namespace varve::bench {

absl::StatusOr<Rows> RunProduce(const Common& common, const ProduceOptions& options) {
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, options.shape, common.threads));
  const auto body = [&](Worker& worker) {
    return ProduceAs(worker, load->PlanFor(worker.index()));
  };
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(common, body));
  RETURN_IF_ERROR(CleanUp(common));
  return Rows{{"produce", std::move(figures)}};
}

}  // namespace varve::bench
