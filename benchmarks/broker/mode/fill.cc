#include "benchmarks/broker/mode/fill.h"

#include <fmt/format.h>

#include <chrono>

#include "engine/base/status.h"

namespace varve::bench {
namespace {

constexpr int64_t kPatienceMs = 3'600'000;

}  // namespace

absl::Status Fill(const Common& common, const Topic& topic, const ProduceShape& shape,
                  uint64_t bytes) {
  ProduceShape full_speed = shape;
  full_speed.requests_per_second = 0;
  full_speed.records_per_second = 0;
  if (full_speed.acks == 0) full_speed.acks = 1;
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, full_speed, common.threads));
  Common filling = common;
  filling.warm_up_ms = 0;
  filling.duration_ms = kPatienceMs;
  filling.bytes = bytes;
  filling.requests = 0;
  const auto body = [&](Worker& worker) {
    return ProduceAs(worker, load->PlanFor(worker.index()));
  };
  ASSIGN_OR_RETURN(const Figures figures, MeasureTeam(filling, body));
  if (figures.errors.empty()) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("filling topic {}: the broker answered {}", topic.name,
                                            figures.errors.begin()->first));
}

}  // namespace varve::bench
