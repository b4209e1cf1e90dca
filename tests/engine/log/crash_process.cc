#include "tests/engine/log/crash_process.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "tests/engine/log/crash_check.h"
#include "tests/engine/log/crash_producers.h"
#include "tests/engine/log/read_all.h"

namespace varve::log::test {
namespace {

constexpr char kTopic[] = "t";

int32_t PartitionOf(size_t index) { return static_cast<int32_t>(index); }

}  // namespace

void Process::Report(std::string violation) {
  if (violation_.empty()) violation_ = std::move(violation);
}

size_t Process::IndexOf(const Log& log) const {
  size_t index = 0;
  while (logs_[index].get() != &log) ++index;
  return index;
}

void Process::OnAdvance(Log& log) {
  models_[IndexOf(log)].Durable(log.offsets().durable);
  log.AdvanceHighWatermark(log.offsets().end);
}

io::Task<absl::Status> Process::MakePartitions() {
  if (directory_->partitions().size() == plan_.configs.size()) co_return absl::OkStatus();
  for (size_t i = 0; i < plan_.configs.size(); ++i) {
    const Uuid id = machine_.loop->random().NewId();
    CO_RETURN_IF_ERROR(co_await directory_->CreatePartition(kTopic, PartitionOf(i), id));
  }
  co_return co_await directory_->SyncNames();
}

io::Task<absl::Status> Process::OpenLog(size_t index, bool power_lost) {
  const OpenArguments arguments =
      directory_->ArgumentsFor(kTopic, PartitionOf(index), plan_.configs[index]);
  CO_ASSIGN_OR_RETURN(logs_[index], co_await Log::Open(*machine_.loop, *machine_.files,
                                                       directory_->health(), arguments));
  Log& log = *logs_[index];
  rows_ |= log.open_report().rows;
  const std::string before = violation_;
  std::vector<Bytes> found;
  CO_ASSIGN_OR_RETURN(const Buffer bytes, co_await ReadAll(log, machine_.loop->random()));
  Report(SplitBatches(bytes, found));
  Report(models_[index].Reopened(found, power_lost, log));
  CO_ASSIGN_OR_RETURN(std::string wrong, co_await CheckLog(log, models_[index], machine_));
  Report(std::move(wrong));
  CO_ASSIGN_OR_RETURN(wrong, co_await CheckProducers(log, found));
  Report(std::move(wrong));
  if (before.empty() && !violation_.empty()) {
    violation_ = fmt::format("log {}: {}", index, violation_);
    for (const std::string& note : log.open_report().notes) violation_ += "; " + note;
  }
  log.set_listener(this);
  const bool fresh = log.epochs().entries().empty();
  if (fresh || log.open_report().may_have_lost_tail) co_return co_await BeginEpoch(index);
  co_return absl::OkStatus();
}

io::Task<absl::Status> Process::Start(bool power_lost) {
  CO_ASSIGN_OR_RETURN(directory_, co_await LogDirectory::Open(*machine_.loop, "data"));
  CO_RETURN_IF_ERROR(co_await MakePartitions());
  logs_.resize(plan_.configs.size());
  for (size_t i = 0; i < logs_.size(); ++i) CO_RETURN_IF_ERROR(co_await OpenLog(i, power_lost));
  CO_RETURN_IF_ERROR(co_await Checkpoint());
  co_return co_await directory_->Recovered();
}

io::Task<absl::Status> Process::Append(size_t index, const std::vector<PlannedBatch>& batches) {
  Log& log = *logs_[index];
  LogModel& model = models_[index];
  const size_t segments_before = log.segment_count();
  std::vector<LogModel::Sent*> sent;
  std::vector<std::unique_ptr<PendingAppend>> pending;
  for (const PlannedBatch& batch : batches) {
    sent.push_back(&model.Send(batch, log.producers()));
    pending.push_back(std::make_unique<PendingAppend>(sent.back()->bytes));
    log.Enqueue(*pending.back());
  }
  absl::Status first_error;
  for (size_t i = 0; i < pending.size(); ++i) {
    PendingAppend& append = *pending[i];
    const absl::StatusOr<Appended> appended = co_await append;
    if (appended.ok()) {
      Report(model.Acknowledge(*sent[i], *appended));
    } else if (first_error.ok()) {
      first_error = appended.status();
    }
  }
  if (log.segment_count() > segments_before) rolls_ += log.segment_count() - segments_before;
  co_return first_error;
}

LogDirectory::Checkpoints Process::Checkpoints() const {
  LogDirectory::Checkpoints checkpoints;
  for (size_t i = 0; i < logs_.size(); ++i) {
    AddOffsets({kTopic, PartitionOf(i)}, *logs_[i], checkpoints);
  }
  return checkpoints;
}

io::Task<absl::Status> Process::Checkpoint() {
  const LogDirectory::Checkpoints checkpoints = Checkpoints();
  CO_RETURN_IF_ERROR(co_await directory_->WriteCheckpoints(checkpoints));
  for (const auto& [name, offset] : checkpoints.high_watermarks) {
    models_[static_cast<size_t>(name.partition)].HighWatermarkStored(offset);
  }
  for (const auto& [name, offset] : checkpoints.log_starts) {
    models_[static_cast<size_t>(name.partition)].LogStartStored(offset);
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Process::RaiseLogStart(const Step& step) {
  Log& log = *logs_[step.log];
  const Offsets& offsets = log.offsets();
  const int64_t all = offsets.high_watermark - offsets.log_start;
  const int64_t wanted = offsets.log_start + all * static_cast<int64_t>(step.share) / 64;
  models_[step.log].LogStartAsked(wanted);
  co_return co_await log.AdvanceLogStart(wanted);
}

io::Task<absl::Status> Process::Retain(const Step& step) {
  Log& log = *logs_[step.log];
  Config config = plan_.configs[step.log];
  config.retention_bytes = static_cast<int64_t>(log.size_bytes() * step.share / 64);
  log.set_config(config);
  models_[step.log].LogStartAsked(log.offsets().high_watermark);  // at the most
  co_return (co_await log.ApplyRetention(0)).status();
}

io::Task<absl::Status> Process::BeginEpoch(size_t index) {
  Log& log = *logs_[index];
  CO_RETURN_IF_ERROR(co_await log.BeginEpoch(log.leader_epoch() + 1));
  models_[index].EpochBegun(log.leader_epoch());
  co_return absl::OkStatus();
}

io::Task<void> Process::Beside(io::Task<absl::Status> task, absl::Status& result) {
  const absl::Status status = co_await std::move(task);
  if (result.ok()) result = status;
}

io::Task<absl::Status> Process::Burst(const Step& step) {
  absl::Status result;
  io::Gate gate(*machine_.loop);
  gate.Spawn(Beside(Append(step.log, step.batches), result));
  gate.Spawn(Beside(logs_[step.log]->Flush(), result));
  gate.Spawn(Beside(Checkpoint(), result));
  if (random_.OneIn(4)) gate.Spawn(Beside(BeginEpoch(step.log), result));
  if (step.share < 8) gate.Spawn(Beside(Retain(step), result));
  gate.Spawn(Beside(CheckRead(*logs_[step.log], machine_.loop->random()), result));
  co_await gate.Close();
  co_return result;
}

io::Task<absl::Status> Process::Do(const Step& step) {
  switch (step.kind) {
    case Step::kAppend:
      co_return co_await Append(step.log, step.batches);
    case Step::kFlush:
      co_return co_await logs_[step.log]->Flush();
    case Step::kBurst:
      co_return co_await Burst(step);
    case Step::kEpoch:
      co_return co_await BeginEpoch(step.log);
    case Step::kLogStart:
      co_return co_await RaiseLogStart(step);
    case Step::kRetain:
      co_return co_await Retain(step);
    default:
      co_return co_await Checkpoint();
  }
}

io::Task<absl::Status> Process::StopCleanly() {
  absl::Status first_error;
  for (const auto& log : logs_) {
    const absl::Status closed = co_await log->Close();
    if (first_error.ok()) first_error = closed;
  }
  CO_RETURN_IF_ERROR(first_error);
  const LogDirectory::Checkpoints checkpoints = Checkpoints();
  co_return co_await directory_->CloseCleanly(checkpoints);
}

io::Task<void> Process::Die() {
  for (const auto& log : logs_) {
    if (log != nullptr) IgnoreError(co_await log->Close(false));  // it died: nothing is promised
  }
  logs_.clear();
  directory_.reset();
}

}  // namespace varve::log::test
