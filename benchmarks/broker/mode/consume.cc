#include "benchmarks/broker/load/consumers.h"
#include "benchmarks/broker/mode/fill.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

io::Task<absl::Status> ConsumeAs(Worker& worker, const ConsumerPlan& plan) {
  Consumers consumers(worker, plan);
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  co_await worker.Begin();
  if (plan.lanes.empty()) co_return absl::OkStatus();  // nor will there be an end to wait for
  co_return co_await consumers.Run(worker.stop());
}

io::Task<> ProduceUntil(Producers& producers, io::Event& stop, absl::Status& status) {
  status = co_await producers.Run(stop);
}

// What is produced meanwhile is not counted: its meter belongs to a window that never begins.
io::Task<absl::Status> ConsumeAndProduce(Worker& worker, const ConsumerPlan& plan,
                                         const ProducerPlan& produce, Meter& uncounted) {
  Consumers consumers(worker, plan);
  Producers producers(worker, uncounted, produce);
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  CO_RETURN_IF_ERROR(co_await producers.Connect());
  co_await worker.Begin();
  io::Gate gate(worker.loop());
  absl::Status produced;
  gate.Spawn(ProduceUntil(producers, worker.stop(), produced));
  absl::Status consumed = co_await consumers.Run(worker.stop());
  co_await gate.Close();
  consumed.Update(produced);
  co_return consumed;
}

absl::StatusOr<Figures> MeasureTail(const Common& common, const Topic& topic,
                                    const std::vector<ConsumerPlan>& plans,
                                    const ProduceShape& produce) {
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, produce, common.threads));
  const Window never;
  std::vector<std::unique_ptr<Meter>> uncounted;
  uncounted.reserve(static_cast<size_t>(common.threads));
  for (int i = 0; i < common.threads; ++i) uncounted.push_back(std::make_unique<Meter>(never));
  const auto body = [&](Worker& worker) {
    const auto index = static_cast<size_t>(worker.index());
    return ConsumeAndProduce(worker, plans[index], load->PlanFor(worker.index()),
                             *uncounted[index]);
  };
  ASSIGN_OR_RETURN(Figures figures, MeasureTeam(common, body));
  for (const auto& meter : uncounted) meter->AddTo(figures);  // their errors
  return figures;
}

}  // namespace

absl::StatusOr<Rows> RunConsume(const Common& common, const ConsumeOptions& options) {
  if (options.shape.tail && options.shape.once) {
    return absl::InvalidArgumentError("consume: --once is for --mode catch-up; a tail has no end");
  }
  ASSIGN_OR_RETURN(const Topic topic, Prepare(common));
  if (options.fill_bytes > 0) {
    RETURN_IF_ERROR(Fill(common, topic, options.produce, options.fill_bytes));
  }
  ASSIGN_OR_RETURN(const std::vector<Extent> extents, ExtentsOf(common, topic));
  ASSIGN_OR_RETURN(const std::vector<ConsumerPlan> plans,
                   PlanConsumers(topic, extents, options.shape, common.threads));
  const auto body = [&](Worker& worker) {
    return ConsumeAs(worker, plans[static_cast<size_t>(worker.index())]);
  };
  const bool produces = options.shape.tail && !options.no_produce;
  absl::StatusOr<Figures> figures =
      produces ? MeasureTail(common, topic, plans, options.produce) : MeasureTeam(common, body);
  RETURN_IF_ERROR(figures.status());
  CleanUp(common);
  return Rows{{options.shape.tail ? "tail" : "catch-up", *std::move(figures)}};
}

}  // namespace varve::bench
