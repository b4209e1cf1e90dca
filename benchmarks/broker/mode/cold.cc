#include "benchmarks/broker/load/consumers.h"
#include "benchmarks/broker/mode/fill.h"
#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/mode/produce_rows.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

io::Task<> ReadBack(absl::Status& status, Consumers& consumers, io::Event& stop) {
  status = co_await consumers.Run(stop);
}

io::Task<absl::Status> ProduceBesideBackfill(Worker& worker, const ProducerPlan& produce,
                                             const ConsumerPlan& backfill, Meter& read) {
  Producers producers(worker, produce);
  Consumers consumers(worker, read, backfill);
  CO_RETURN_IF_ERROR(co_await producers.Connect());
  CO_RETURN_IF_ERROR(co_await consumers.Connect());
  co_await worker.Begin();
  io::Gate gate(worker.loop());
  absl::Status read_well;
  gate.Spawn(ReadBack(read_well, consumers, worker.stop()));
  absl::Status produced = co_await producers.Run(worker.stop());
  co_await gate.Close();
  produced.Update(read_well);
  co_return produced;
}

// Both at once: a row for those who produce, and one for those who read from the start.
absl::StatusOr<Rows> MeasureBoth(const Common& common, const Topic& topic,
                                 const ColdOptions& options) {
  ASSIGN_OR_RETURN(const auto load, ProduceLoad::Make(topic, options.produce, common.threads));
  ASSIGN_OR_RETURN(const std::vector<Extent> extents, ExtentsOf(common, topic));
  ASSIGN_OR_RETURN(const std::vector<ConsumerPlan> plans,
                   PlanConsumers(topic, extents, options.backfill, common.threads));
  std::vector<std::unique_ptr<Meter>> read(static_cast<size_t>(common.threads));
  const auto body = [&](Worker& worker) {
    const auto index = static_cast<size_t>(worker.index());
    read[index] = std::make_unique<Meter>(worker.window());
    return ProduceBesideBackfill(worker, load->PlanFor(worker.index()), plans[index], *read[index]);
  };
  ASSIGN_OR_RETURN(Figures produced, MeasureTeam(common, body));
  Figures backfill;
  backfill.seconds = produced.seconds;
  backfill.own = produced.own;
  backfill.broker = produced.broker;
  for (const auto& meter : read) meter->AddTo(backfill);
  return Rows{{"producing beside it", std::move(produced)}, {"backfill", std::move(backfill)}};
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
