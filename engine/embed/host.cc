#include "engine/embed/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/posix/memory_limit.h"

namespace varve::embed {
namespace {

constexpr size_t kNameBytesMax = 249;

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

log::FileCache::Limits LimitsOf(const StoreOptions& options) {
  const size_t half = std::max<size_t>(1, options.open_files_max / 2);
  const uint64_t unwritten = options.unwritten_bytes_max.value_or(
      log::UnwrittenBytes::BytesMaxFor(io::MemoryLimitBytes()));
  return {half, half, unwritten};
}

absl::Status Closed() { return absl::CancelledError("the store was closed"); }

}  // namespace

Host::Host(std::shared_ptr<LoopThread> thread, const StoreOptions& options)
    : thread_(std::move(thread)),
      upkeep_interval_(
          std::max<io::Duration>(options.upkeep_interval, std::chrono::milliseconds(1))),
      files_(thread_->loop().disk(), LimitsOf(options)),
      upkeep_(thread_->loop(), files_, options),
      changing_(thread_->loop(), 1),
      stop_(thread_->loop()),
      gate_(thread_->loop()) {}

Host::~Host() { IgnoreError(Close()); }  // who wants to know calls Close

io::Task<Host::MaybeHosted> Host::Open(std::string name, log::OpenArguments arguments) {
  CO_ASSIGN_OR_RETURN(
      auto log,
      co_await log::Log::Open(thread_->loop(), files_, directory_->health(), std::move(arguments)));
  auto hosted = std::make_shared<Hosted>(thread_, name);
  hosted->Attach(std::move(log));
  upkeep_.Add(*hosted->log());
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
    upkeep_.Remove(*log);
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

// Retention of one log after the other, so that whoever opens or removes another waits for one at
// most; then how far they are durable is noted, so that recovery reads no more than what came
// since.
io::Task<absl::Status> Host::KeepAll() {
  CO_ASSIGN_OR_RETURN(const std::vector<std::string> names, co_await Names());
  absl::Status first_error;
  for (const std::string& name : names) {
    co_await changing_.Take();
    absl::Status kept;
    if (const auto found = logs_.find(name); found != logs_.end()) {
      kept = co_await upkeep_.Keep(*found->second->log());
    }
    changing_.Give();
    if (first_error.ok()) first_error = std::move(kept);
    co_await io::Yield{thread_->loop()};
  }
  co_await changing_.Take();
  if (directory_ != nullptr) {
    const absl::Status noted = co_await directory_->WriteCheckpoints(Checkpoints());
    if (first_error.ok()) first_error = noted;
  }
  changing_.Give();
  co_return first_error;
}

io::Task<void> Host::KeepRegularly() {
  while (!stop_.is_set()) {
    const bool due = co_await io::SleepUnless(stop_, upkeep_interval_);
    if (due) IgnoreError(co_await KeepAll());  // has told, and tries again next time
  }
}

io::Task<absl::Status> Host::MaintainAll() {
  absl::Status kept = co_await KeepAll();
  const absl::Status cleaned = co_await upkeep_.CleanAll(logs_.size());
  co_return kept.ok() ? cleaned : kept;
}

absl::Status Host::Maintain() {
  auto maintain = [&] { return MaintainAll(); };
  return thread_->Await(maintain);
}

log::LogDirectory::Checkpoints Host::Checkpoints() const {
  log::LogDirectory::Checkpoints checkpoints;
  for (const auto& [name, hosted] : logs_) {
    log::AddOffsets({name, kPartition}, *hosted->log(), checkpoints);
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
    upkeep_.Remove(*log);
    if (first_error.ok()) first_error = closed;
    const log::TopicPartition partition{name, kPartition};
    if (log->as_left() != nullptr) manifest.logs[partition] = {Uuid(), log->as_left()};
  }
  logs_.clear();
  co_return first_error;
}

io::Task<absl::Status> Host::CloseAll() {
  stop_.Set();
  co_await gate_.Close();
  co_await upkeep_.Stop();
  co_await changing_.Take();
  log::LogDirectory::Checkpoints checkpoints;
  log::Manifest manifest;
  absl::Status closed = co_await CloseLogs(checkpoints, manifest);
  if (closed.ok() && recovered_) {
    closed = co_await directory_->CloseCleanly(std::move(checkpoints), std::move(manifest));
  }
  co_await upkeep_.Close();
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
