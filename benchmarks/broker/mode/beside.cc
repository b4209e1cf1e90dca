#include "benchmarks/broker/mode/beside.h"

#include <memory>
#include <utility>

#include "engine/base/status.h"

namespace varve::bench {

absl::StatusOr<Both> MeasureBeside(const Common& common, const ProduceLoad& load,
                                   const Other& other) {
  Common with_other = common;
  ++with_other.threads;  // the last one is the other's
  std::unique_ptr<Meter> meter;
  const auto body = [&](Worker& worker) {
    if (worker.index() < common.threads) return ProduceAs(worker, load.PlanFor(worker.index()));
    meter = std::make_unique<Meter>(worker.window());
    return other(worker, *meter);
  };
  Both both;
  ASSIGN_OR_RETURN(both.produced, MeasureTeam(with_other, body));
  both.other.seconds = both.produced.seconds;
  both.other.own = both.produced.own;
  both.other.broker = both.produced.broker;
  meter->AddTo(both.other);
  return both;
}

}  // namespace varve::bench
