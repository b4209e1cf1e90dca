#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/call.h"
#include "server/broker/storage.h"
#include "server/logging.h"

// Each log directory is a failure domain of its own: what cannot be used is left out, and the
// broker serves the rest.
namespace varve::broker {
namespace {

io::Task<absl::Status> OpenLogDirectory(io::Loop& loop, const std::string& path,
                                        std::unique_ptr<log::LogDirectory>& into) {
  auto opened = co_await log::LogDirectory::Open(loop, path, log::LogDirectory::ManifestUse::kKeep);
  CO_RETURN_IF_ERROR(opened.status());
  // Whether it can be read; what it says is judged together with the others.
  const std::string properties = fmt::format("{}/{}", path, cluster::kMetaPropertiesName);
  CO_RETURN_IF_ERROR((co_await log::ReadText(loop.disk(), properties)).status());
  into = *std::move(opened);
  for (const std::string& note : into->notes()) LogWarning("{}", note);
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> Storage::OpenDirectory(const std::string& path, bool takes_partitions) {
  std::unique_ptr<log::LogDirectory> opened;
  const absl::Status status = co_await OpenLogDirectory(loop_, path, opened);
  if (status.ok()) {
    Directory& directory = directories_.emplace_back();
    directory.takes_partitions = takes_partitions;
    directory.log = std::move(opened);
    co_return absl::OkStatus();
  }
  // One without which nothing works, or that another process uses, is the operator's to see to.
  if (path == config_.settings().metadata_log_dir || absl::IsUnavailable(status)) co_return status;
  LogError("log directory {} is left out: {}", path, status.ToString());
  any_left_out_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> Storage::Open() {
  const config::BrokerSettings& settings = config_.settings();
  for (const std::string& path : settings.log_dirs) {
    CO_RETURN_IF_ERROR(co_await OpenDirectory(path, /*takes_partitions=*/true));
  }
  if (directories_.empty()) co_return absl::UnavailableError("no log directory can be used");
  if (std::ranges::find(settings.log_dirs, settings.metadata_log_dir) == settings.log_dirs.end()) {
    CO_RETURN_IF_ERROR(
        co_await OpenDirectory(settings.metadata_log_dir, /*takes_partitions=*/false));
  }
  std::vector<std::string> paths;
  for (const Directory& directory : directories_) paths.push_back(directory.log->path());
  metadata_index_ =
      static_cast<size_t>(std::ranges::find(paths, settings.metadata_log_dir) - paths.begin());
  CO_ASSIGN_OR_RETURN(identity_,
                      co_await cluster::EstablishIdentity(loop_, paths, settings.node_id));
  for (size_t i = 0; i < directories_.size(); ++i) directories_[i].id = identity_.directory_ids[i];
  NotePartitions();
  co_return absl::OkStatus();
}

Storage::Directory* Storage::DirectoryOf(const cluster::PartitionState& state) {
  for (Directory& directory : directories_) {
    if (directory.takes_partitions && directory.id == state.directory) return &directory;
  }
  // It may lie in one that is left out: a new log in its place would use its offsets again.
  return any_left_out_ ? nullptr : &directories_.front();
}

io::Task<absl::Status> Storage::LeaveOut(const std::vector<Placed>& placed,
                                         std::span<Shard* const> shards) {
  absl::Status first_error;
  for (const Placed& partition : placed) {
    if (partition.status.ok()) continue;
    const log::TopicPartition name{partition.topic->name, partition.index};
    first_error.Update(absl::Status(partition.status.code(),
                                    fmt::format("{}-{} is left out: {}", name.topic, name.partition,
                                                std::string(partition.status.message()))));
    LogError("{}-{} is left out: {}", name.topic, name.partition, partition.status.ToString());
    if (partition.directory != nullptr) {
      partition.directory->left_out.insert(name);
      // Damage of one partition says nothing of the device.
      const bool full = absl::IsResourceExhausted(partition.status);
      if (full) partition.directory->log->health().Note(partition.status, loop_.Now());
    }
    const auto& state = partition.topic->partitions[static_cast<size_t>(partition.index)];
    Shard& shard = *shards[static_cast<size_t>(state.shard)];
    const PartitionKey key{partition.topic->id, partition.index};
    auto leave_out = [&] { return shard.LeaveOut(key); };
    co_await io::CallOn(loop_, shard.loop(), leave_out);
  }
  co_return first_error;
}

// What was known of partitions that are not open stays known.
void Storage::AddLeftOut(const Directory& directory, log::LogDirectory::Checkpoints& into) {
  for (const log::TopicPartition& name : directory.left_out) {
    const log::OpenArguments known =
        directory.log->ArgumentsFor(name.topic, name.partition, log::Config());
    if (known.recovery_point > 0) into.recovery_points[name] = known.recovery_point;
    if (known.log_start > 0) into.log_starts[name] = known.log_start;
    if (known.high_watermark > 0) into.high_watermarks[name] = known.high_watermark;
    if (known.cleaned_up_to) into.cleaned[name] = *known.cleaned_up_to;
  }
}

io::Task<std::vector<DirectoryFacts>> Storage::Describe() {
  std::vector<DirectoryFacts> all;
  for (const std::string& path : config_.settings().log_dirs) {
    DirectoryFacts& facts = all.emplace_back();
    facts.path = path;
    const auto found = std::ranges::find_if(
        directories_, [&](const Directory& directory) { return directory.log->path() == path; });
    facts.usable = found != directories_.end() && !found->log->health().failed();
    if (!facts.usable) continue;
    const absl::StatusOr<io::DiskSpace> space = co_await loop_.disk().Space(path);
    if (space.ok()) all.back().space = *space;
  }
  co_return all;
}

// Whatever was left by a run that ended in a crash is trusted only if nobody ran since.
io::Task<void> Storage::BeginRun(int64_t last_epoch, int64_t epoch) {
  for (Directory& directory : directories_) {
    const absl::Status begun = co_await directory.log->BeginRun(last_epoch, epoch);
    if (begun.ok()) continue;
    // Its logs could change without the next start knowing.
    directory.log->health().Note(absl::DataLossError(begun.message()), loop_.Now());
    LogError("{}: {}", directory.log->path(), begun.ToString());
  }
}

// Without this note the next stop is taken for one of the machine: that costs time, no records.
io::Task<void> Storage::Recovered() {
  for (Directory& directory : directories_) {
    if (!directory.left_out.empty()) continue;
    const absl::Status noted = co_await directory.log->Recovered();
    if (noted.ok()) continue;
    directory.log->health().Note(noted, loop_.Now());
    LogWarning("{}: {}", directory.log->path(), noted.ToString());
  }
}

}  // namespace varve::broker
