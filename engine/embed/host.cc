#include "engine/embed/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"

namespace varve::embed {
namespace {

constexpr size_t kNameBytesMax = 249;
constexpr int32_t kPartition = 0;  // a log is the only partition of its topic
constexpr int64_t kNoEpoch = -1;   // a store does not count its runs

absl::Status CheckName(const std::string& name) {
  const auto usable = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  const bool good = !name.empty() && name.size() <= kNameBytesMax && name != "." && name != ".." &&
                    std::ranges::all_of(name, usable);
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("'{}' is no name for a log: 1 to {} of a-z A-Z 0-9 . _ -, and not . or ..", name,
                  kNameBytesMax));
}

io::BackendOptions BackendOptionsOf(const StoreOptions& options) {
  io::BackendOptions result;
  if (options.force_epoll) result.kind = io::BackendKind::kEpoll;
  return result;
}

absl::Status Closed() { return absl::CancelledError("the store was closed"); }

}  // namespace

Host::Host(std::shared_ptr<LoopThread> thread, const StoreOptions& options)
    : thread_(std::move(thread)),
      files_(thread_->loop().disk(), std::max<size_t>(1, options.open_files_max)),
      changing_(thread_->loop(), 1) {}

Host::~Host() { IgnoreError(Close()); }  // who wants to know calls Close

absl::StatusOr<std::unique_ptr<Host>> Host::Open(const std::string& directory,
                                                 const StoreOptions& options) {
  ASSIGN_OR_RETURN(auto thread, LoopThread::Start(BackendOptionsOf(options)));
  std::unique_ptr<Host> host(new Host(std::move(thread), options));
  auto recover = [&] { return host->Recover(directory, options.log_defaults); };
  RETURN_IF_ERROR(host->thread_->Await(recover));
  return host;
}

io::Task<absl::Status> Host::Recover(std::string path, LogConfig defaults) {
  CO_ASSIGN_OR_RETURN(directory_,
                      co_await log::LogDirectory::Open(thread_->loop(), std::move(path),
                                                       log::LogDirectory::ManifestUse::kKeep));
  CO_RETURN_IF_ERROR(co_await directory_->BeginRun(kNoEpoch, kNoEpoch));
  notes_ = directory_->notes();
  const std::vector<log::PartitionName> found = directory_->partitions();
  for (const log::PartitionName& name : found) {
    if (name.partition != kPartition) {
      notes_.push_back(fmt::format("{}-{} is left alone: a store's logs are partitions {}",
                                   name.topic, name.partition, kPartition));
      continue;
    }
    CO_RETURN_IF_ERROR(co_await OpenFound(name.topic, defaults));
  }
  CO_RETURN_IF_ERROR(co_await directory_->WriteCheckpoints(Checkpoints()));
  CO_RETURN_IF_ERROR(co_await directory_->Recovered());
  recovered_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Host::OpenFound(std::string name, LogConfig config) {
  log::OpenArguments arguments = directory_->ArgumentsFor(name, kPartition, config);
  CO_ASSIGN_OR_RETURN(const std::shared_ptr<Hosted> hosted,
                      co_await Open(name, std::move(arguments)));
  log::Log& log = *hosted->log();
  const log::OpenReport& report = log.open_report();
  notes_.insert(notes_.end(), report.notes.begin(), report.notes.end());
  // Offsets that somebody saw may be used again: the higher epoch makes that visible.
  if (!report.may_have_lost_tail) co_return absl::OkStatus();
  co_return co_await log.BeginEpoch(log.leader_epoch() + 1);
}

io::Task<Host::MaybeHosted> Host::Open(std::string name, log::OpenArguments arguments) {
  CO_ASSIGN_OR_RETURN(
      auto log,
      co_await log::Log::Open(thread_->loop(), files_, directory_->health(), std::move(arguments)));
  auto hosted = std::make_shared<Hosted>(thread_, name);
  hosted->Attach(std::move(log));
  logs_[name] = hosted;
  co_return hosted;
}

io::Task<Host::MaybeHosted> Host::Make(std::string name, LogConfig config) {
  const Uuid id = thread_->loop().random().NewId();
  CO_RETURN_IF_ERROR(co_await directory_->CreatePartition(name, kPartition, id));
  CO_RETURN_IF_ERROR(co_await directory_->SyncNames());
  log::OpenArguments arguments = directory_->ArgumentsFor(name, kPartition, config);
  arguments.stop = log::Stop::kClean;
  CO_ASSIGN_OR_RETURN(const std::shared_ptr<Hosted> hosted,
                      co_await Open(name, std::move(arguments)));
  CO_RETURN_IF_ERROR(co_await hosted->log()->BeginEpoch(0));
  co_return hosted;
}

io::Task<Host::MaybeHosted> Host::OpenOrMake(std::string name, LogConfig config) {
  co_await changing_.Take();
  MaybeHosted hosted = Closed();
  if (const auto found = logs_.find(name); found != logs_.end()) {
    found->second->log()->set_config(config);
    hosted = found->second;
  } else if (directory_ != nullptr) {
    hosted = co_await Make(std::move(name), config);
  }
  changing_.Give();
  co_return hosted;
}

absl::StatusOr<std::shared_ptr<Hosted>> Host::OpenLog(const std::string& name,
                                                      const LogConfig& config) {
  RETURN_IF_ERROR(CheckName(name));
  auto open = [&] { return OpenOrMake(name, config); };
  return thread_->Await(open);
}

io::Task<absl::StatusOr<std::vector<std::string>>> Host::Names() {
  std::vector<std::string> names;
  for (const auto& [name, hosted] : logs_) names.push_back(name);
  co_return names;
}

absl::StatusOr<std::vector<std::string>> Host::ListLogs() {
  auto list = [&] { return Names(); };
  return thread_->Await(list);
}

io::Task<absl::Status> Host::Remove(std::string name) {
  co_await changing_.Take();
  absl::Status removed = absl::NotFoundError(fmt::format("there is no log '{}'", name));
  if (const auto found = logs_.find(name); found != logs_.end()) {
    const std::unique_ptr<log::Log> log = found->second->Detach();
    logs_.erase(found);
    IgnoreError(co_await log->Close(false));  // unsynced on purpose: its files go
    removed = co_await directory_->DoomPartition(std::move(name), kPartition);
    if (removed.ok()) removed = co_await directory_->SyncNames();
    if (removed.ok()) removed = co_await directory_->RemoveDoomed();
  }
  changing_.Give();
  co_return removed;
}

absl::Status Host::DeleteLog(const std::string& name) {
  auto remove = [&] { return Remove(name); };
  return thread_->Await(remove);
}

log::LogDirectory::Checkpoints Host::Checkpoints() const {
  log::LogDirectory::Checkpoints checkpoints;
  for (const auto& [name, hosted] : logs_) {
    const log::TopicPartition partition{name, kPartition};
    const log::Log& log = *hosted->log();
    const log::Offsets& offsets = log.offsets();
    checkpoints.recovery_points[partition] = offsets.durable;
    checkpoints.high_watermarks[partition] = offsets.high_watermark;
    if (offsets.log_start > log.first_segment_base()) {
      checkpoints.log_starts[partition] = offsets.log_start;
    }
  }
  return checkpoints;
}

// Makes everything durable first: once a log is closed, what the checkpoints say of it is gone.
io::Task<absl::Status> Host::CloseLogs(log::LogDirectory::Checkpoints& checkpoints,
                                       log::Manifest& manifest) {
  absl::Status first_error;
  for (const auto& [name, hosted] : logs_) {
    const absl::Status flushed = co_await hosted->log()->Flush();
    if (first_error.ok()) first_error = flushed;
  }
  checkpoints = Checkpoints();
  for (const auto& [name, hosted] : logs_) {
    const std::unique_ptr<log::Log> log = hosted->Detach();
    const absl::Status closed = co_await log->Close();
    if (first_error.ok()) first_error = closed;
    const log::TopicPartition partition{name, kPartition};
    if (log->as_left() != nullptr) manifest.logs[partition] = {Uuid(), log->as_left()};
  }
  logs_.clear();
  co_return first_error;
}

io::Task<absl::Status> Host::CloseAll() {
  co_await changing_.Take();
  log::LogDirectory::Checkpoints checkpoints;
  log::Manifest manifest;
  absl::Status closed = co_await CloseLogs(checkpoints, manifest);
  if (closed.ok() && recovered_) {
    closed = co_await directory_->CloseCleanly(checkpoints, std::move(manifest));
  }
  directory_.reset();
  changing_.Give();
  co_return closed;
}

absl::Status Host::Close() {
  auto close = [&] { return CloseAll(); };
  absl::Status closed = thread_->Await(close);
  thread_->Stop();
  return closed;
}

}  // namespace varve::embed
