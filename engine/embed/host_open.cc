#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/embed/host.h"

// Opening a store: its directory, and every log in it.
namespace varve::embed {
namespace {

constexpr int64_t kNoEpoch = -1;  // a store does not count its runs
// Of the time that a log takes, most is waiting for the device.
constexpr uint64_t kAtOnceMax = 8;

io::BackendOptions BackendOptionsOf(const StoreOptions& options) {
  io::BackendOptions result;
  if (options.force_epoll) result.kind = io::BackendKind::kEpoll;
  return result;
}

}  // namespace

struct Host::Opening {
  Opening(io::Loop& loop, const StoreOptions& store_options, size_t logs)
      : options(store_options), slots(loop, kAtOnceMax) {
    progress.logs = logs;
  }

  const StoreOptions& options;
  io::Semaphore slots;
  absl::Status first_error;
  OpenProgress progress;
};

absl::StatusOr<std::unique_ptr<Host>> Host::Open(const std::string& directory,
                                                 const StoreOptions& options) {
  ASSIGN_OR_RETURN(auto thread, LoopThread::Start(BackendOptionsOf(options)));
  std::unique_ptr<Host> host(new Host(std::move(thread), options));
  auto recover = [&] { return host->Recover(directory, options); };
  RETURN_IF_ERROR(host->thread_->Await(recover));
  return host;
}

io::Task<absl::Status> Host::Recover(std::string path, const StoreOptions& options) {
  CO_ASSIGN_OR_RETURN(directory_,
                      co_await log::LogDirectory::Open(thread_->loop(), std::move(path),
                                                       log::LogDirectory::ManifestUse::kKeep));
  CO_RETURN_IF_ERROR(co_await directory_->BeginRun(kNoEpoch, kNoEpoch));
  notes_ = directory_->notes();
  std::vector<std::string> names;
  const std::vector<log::PartitionName> found = directory_->partitions();
  for (const log::PartitionName& name : found) {
    if (name.partition == kPartition) {
      names.push_back(name.topic);
    } else {
      notes_.push_back(fmt::format("{}-{} is left alone: a store's logs are partitions {}",
                                   name.topic, name.partition, kPartition));
    }
  }
  const bool all = names.size() == found.size();
  CO_RETURN_IF_ERROR(co_await OpenFound(std::move(names), options));
  CO_RETURN_IF_ERROR(co_await directory_->WriteCheckpoints(Checkpoints()));
  // What a crash left of the others somebody else has to recover.
  recovered_ = all || directory_->stop() == log::Stop::kClean;
  if (recovered_) CO_RETURN_IF_ERROR(co_await directory_->Recovered());
  upkeep_.StartCleaner();
  gate_.Spawn(KeepRegularly());
  co_return absl::OkStatus();
}

// Several at once; the first error ends it.
io::Task<absl::Status> Host::OpenFound(std::vector<std::string> names,
                                       const StoreOptions& options) {
  Opening opening(thread_->loop(), options, names.size());
  io::Gate under_way(thread_->loop());
  for (std::string& name : names) {
    co_await opening.slots.Take();
    if (!opening.first_error.ok()) break;
    under_way.Spawn(OpenInTurn(std::move(name), opening));
  }
  co_await under_way.Close();
  co_return opening.first_error;
}

io::Task<void> Host::OpenInTurn(std::string name, Opening& opening) {
  const absl::Status opened = co_await OpenOne(std::move(name), opening);
  if (opening.first_error.ok()) opening.first_error = opened;
  opening.slots.Give();
}

io::Task<absl::Status> Host::OpenOne(std::string name, Opening& opening) {
  log::OpenArguments arguments =
      directory_->ArgumentsFor(name, kPartition, opening.options.log_defaults);
  CO_ASSIGN_OR_RETURN(const std::shared_ptr<Hosted> hosted,
                      co_await Open(name, std::move(arguments)));
  log::Log& log = *hosted->log();
  const log::OpenReport& report = log.open_report();
  notes_.insert(notes_.end(), report.notes.begin(), report.notes.end());
  // Offsets that somebody saw may be used again: the higher epoch makes that visible.
  if (report.may_have_lost_tail) {
    CO_RETURN_IF_ERROR(co_await log.BeginEpoch(log.leader_epoch() + 1));
  }
  ++opening.progress.logs_ready;
  opening.progress.bytes_read += report.scanned_bytes;
  if (opening.options.open_progress) opening.options.open_progress(opening.progress);
  co_return absl::OkStatus();
}

}  // namespace varve::embed
