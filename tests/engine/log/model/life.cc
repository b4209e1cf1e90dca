#include "tests/engine/log/model/life.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/clean/key_map.h"
#include "tests/engine/log/index_check.h"
#include "tests/engine/log/model/checks.h"
#include "tests/engine/log/read_all.h"

namespace varve::log::test {
namespace {

constexpr char kTopic[] = "t";

TopicPartition NameOf(size_t index) { return {kTopic, static_cast<int32_t>(index)}; }

}  // namespace

Life::Life(Machine& machine, std::vector<Kept>& kept, io::Random& random, Tally& tally)
    : machine_(machine),
      kept_(kept),
      random_(random),
      tally_(tally),
      logs_(kept.size()),
      cleaned_(kept.size()) {}

void Life::Report(std::string violation) {
  if (violation_.empty()) violation_ = std::move(violation);
}

Offsets Life::OffsetsOf(size_t index) const {
  return logs_[index] != nullptr ? logs_[index]->offsets() : Offsets();
}

void Life::OnAdvance(Log& log) {
  size_t index = 0;
  while (logs_[index].get() != &log) ++index;
  model(index).Durable(log.offsets().durable);
  if (kept_[index].replicated) log.AdvanceHighWatermark(log.offsets().end);
}

io::Task<absl::Status> Life::MakePartitions() {
  if (directory_->partitions().size() == kept_.size()) co_return absl::OkStatus();
  for (size_t i = 0; i < kept_.size(); ++i) {
    const Uuid id = machine_.loop->random().NewId();
    CO_RETURN_IF_ERROR(co_await directory_->CreatePartition(kTopic, NameOf(i).partition, id));
  }
  co_return co_await directory_->SyncNames();
}

// Producers, transactions and epochs, which the batches tell.
io::Task<absl::Status> Life::CheckState(size_t index) {
  Log& log = *logs_[index];
  const ModelLog& model = kept_[index].model;
  Report(CheckEpochs(log, model));
  Report(CheckProducers(log, model));
  Report(CheckLastStable(log, model));
  const Offsets offsets = log.offsets();
  CO_ASSIGN_OR_RETURN(const auto aborted,
                      co_await log.AbortedTransactions(offsets.log_start, offsets.end));
  Report(CheckAborted(aborted, model, {offsets.log_start, offsets.end}));
  co_return absl::OkStatus();
}

io::Task<absl::Status> Life::CheckAll(size_t index) {
  Log& log = *logs_[index];
  CO_ASSIGN_OR_RETURN(const Buffer bytes, co_await ReadAll(log, random_));
  std::vector<Bytes> found;
  Report(SplitBatches(bytes, found));
  Report(model(index).Compare(found, log.offsets().log_start));
  co_return co_await CheckState(index);
}

io::Task<absl::Status> Life::CompareReopened(size_t index, bool power_lost) {
  Log& log = *logs_[index];
  CO_ASSIGN_OR_RETURN(const Buffer bytes, co_await ReadAll(log, random_));
  std::vector<Bytes> found;
  Report(SplitBatches(bytes, found));
  const int64_t end_before = model(index).end();
  Report(model(index).Reopened(found, power_lost, log, now_ms()));
  if (power_lost && model(index).end() < end_before) ++tally_.tail_lost;
  Report(CheckIndexFiles(machine_.disk(), log.directory()));
  co_return co_await CheckState(index);
}

io::Task<absl::Status> Life::OpenLog(size_t index, bool power_lost) {
  const OpenArguments arguments =
      directory_->ArgumentsFor(kTopic, NameOf(index).partition, kept_[index].config);
  if (arguments.as_left != nullptr) ++tally_.manifests;
  CO_ASSIGN_OR_RETURN(logs_[index], co_await Log::Open(*machine_.loop, *machine_.files,
                                                       directory_->health(), arguments));
  Log& log = *logs_[index];
  const bool fine_before = violation_.empty();
  CO_RETURN_IF_ERROR(co_await CompareReopened(index, power_lost));
  if (fine_before && !violation_.empty()) {
    violation_ = fmt::format("log {}, opened: {}", index, violation_);
    for (const std::string& note : log.open_report().notes) violation_ += "; " + note;
  }
  log.set_listener(this);
  log.set_flusher(flusher_.get());
  if (kept_[index].replicated) log.AdvanceHighWatermark(log.offsets().end);
  if (!kept_[index].model.needs_epoch()) co_return absl::OkStatus();
  co_return co_await BeginEpoch(index);
}

CleanerManager::Options Life::DrawCleaner() {
  CleanerManager::Options options;
  options.cleaner.map_bytes_max = KeyMap::kSlotBytes * (random_.OneIn(2) ? 64 : 3);
  options.cleaner.io_buffer_bytes = random_.OneIn(2) ? 0 : 65536;
  options.backoff = std::chrono::milliseconds(1);
  return options;
}

io::Task<absl::Status> Life::OpenDirectory() {
  using Use = LogDirectory::ManifestUse;
  const Use use = random_.OneIn(4) ? Use::kOnce : Use::kKeep;
  CO_ASSIGN_OR_RETURN(directory_, co_await LogDirectory::Open(*machine_.loop, "data", use));
  if (use == Use::kKeep) CO_RETURN_IF_ERROR(co_await directory_->BeginRun(run_.last, run_.now));
  co_return co_await MakePartitions();
}

io::Task<absl::Status> Life::Start(bool power_lost, RunNumbers run) {
  run_ = run;
  flusher_ = std::make_unique<Flusher>(*machine_.loop, std::chrono::seconds(30));
  CO_RETURN_IF_ERROR(co_await OpenDirectory());
  cleaner_ = std::make_unique<CleanerManager>(*machine_.loop, *machine_.files, DrawCleaner());
  for (size_t i = 0; i < logs_.size(); ++i) CO_RETURN_IF_ERROR(co_await OpenLog(i, power_lost));
  CO_RETURN_IF_ERROR(co_await Checkpoint());
  CO_RETURN_IF_ERROR(co_await directory_->Recovered());
  for (const auto& log : logs_) cleaner_->Add(*log);
  co_return absl::OkStatus();
}

LogDirectory::Checkpoints Life::Checkpoints(const std::optional<CutPlan>& cut) const {
  LogDirectory::Checkpoints checkpoints;
  for (size_t i = 0; i < logs_.size(); ++i) {
    const Log& log = *logs_[i];
    const bool cuts = cut && cut->log == i;
    const int64_t most = cuts ? cut->new_end : log.offsets().end;
    const TopicPartition name = NameOf(i);
    checkpoints.recovery_points[name] = std::min(log.offsets().durable, most);
    checkpoints.high_watermarks[name] = std::min(log.offsets().high_watermark, most);
    checkpoints.log_starts[name] = cuts && cut->anew ? cut->new_end : log.offsets().log_start;
    if (log.cleaned_up_to()) checkpoints.cleaned[name] = std::min(*log.cleaned_up_to(), most);
  }
  return checkpoints;
}

// As long as they are being written, what was stored before may count as well.
io::Task<absl::Status> Life::Store(LogDirectory::Checkpoints checkpoints) {
  for (size_t i = 0; i < logs_.size(); ++i) {
    model(i).Storing(checkpoints.log_starts[NameOf(i)], checkpoints.high_watermarks[NameOf(i)]);
  }
  CO_RETURN_IF_ERROR(co_await directory_->WriteCheckpoints(checkpoints));
  for (size_t i = 0; i < logs_.size(); ++i) {
    model(i).Stored(checkpoints.log_starts[NameOf(i)], checkpoints.high_watermarks[NameOf(i)]);
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Life::Checkpoint(std::optional<CutPlan> cut) {
  LogDirectory::Checkpoints checkpoints = Checkpoints(cut);
  co_return co_await Store(std::move(checkpoints));
}

io::Task<absl::Status> Life::BeginEpoch(size_t index) {
  CO_RETURN_IF_ERROR(co_await logs_[index]->BeginEpoch(model(index).NextEpoch()));
  model(index).EpochBegun(logs_[index]->leader_epoch());
  co_return absl::OkStatus();
}

void Life::NoteCleaning(size_t index, int64_t began_ms, std::optional<int64_t> map_end) {
  const Log& log = *logs_[index];
  const Offsets& offsets = log.offsets();
  const int64_t bound = std::min({offsets.last_stable, offsets.durable, log.active_base()});
  model(index).MayHaveCleaned({map_end.value_or(bound), log.active_base(), offsets.log_start,
                               began_ms, now_ms(), kept_[index].config.delete_retention_ms});
  cleaned_[index] = map_end;
}

io::Task<absl::Status> Life::Verify() {
  for (size_t i = 0; i < logs_.size(); ++i) {
    Report(model(i).Settle(logs_[i]->offsets().end, now_ms(), failed()));
    if (!cleaned_[i]) continue;
    const std::optional<int64_t> map_end = *std::exchange(cleaned_[i], std::nullopt);
    const size_t gone_before = model(i).gone();
    CO_RETURN_IF_ERROR(co_await CheckAll(i));
    if (model(i).gone() > gone_before) ++tally_.cleaned;
    if (map_end) Report(model(i).CheckCleaned(*map_end, logs_[i]->offsets().log_start));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Life::StopCleanly() {
  absl::Status first_error;
  Manifest manifest;
  manifest.broker_epoch = run_.now;
  for (size_t i = 0; i < logs_.size(); ++i) {
    const absl::Status closed = co_await logs_[i]->Close();
    if (first_error.ok()) first_error = closed;
    if (logs_[i]->as_left() != nullptr) manifest.logs[NameOf(i)] = {Uuid(), logs_[i]->as_left()};
  }
  CO_RETURN_IF_ERROR(first_error);
  LogDirectory::Checkpoints checkpoints = Checkpoints(std::nullopt);
  for (size_t i = 0; i < logs_.size(); ++i) {
    model(i).Storing(checkpoints.log_starts[NameOf(i)], checkpoints.high_watermarks[NameOf(i)]);
  }
  co_return co_await directory_->CloseCleanly(checkpoints, std::move(manifest));
}

io::Task<void> Life::Die() {
  if (cleaner_ != nullptr) co_await cleaner_->Stop();
  for (const auto& log : logs_) {
    if (log == nullptr) continue;
    IgnoreError(co_await log->Close(false));  // it died: nothing is promised
    if (cleaner_ != nullptr) cleaner_->Remove(*log);
  }
  if (flusher_ != nullptr) co_await flusher_->Close();
  logs_.clear();
  cleaner_.reset();
  flusher_.reset();
  directory_.reset();
}

}  // namespace varve::log::test
