#include "engine/log/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "engine/log/log.h"

namespace varve::log {
namespace {

constexpr std::string_view kLock = ".lock";
constexpr std::string_view kCleanMarker = ".kafka_cleanshutdown";
constexpr std::string_view kRecoveryPoints = "recovery-point-offset-checkpoint";
constexpr std::string_view kLogStarts = "log-start-offset-checkpoint";
constexpr std::string_view kHighWatermarks = "replication-offset-checkpoint";
constexpr std::string_view kCleaned = "cleaner-offset-checkpoint";
// Ours, and a plain file, which Kafka ignores: the boot of the machine under which all logs of
// the directory were last known to be recovered.
constexpr std::string_view kBootId = "varve-boot-id";
// Likewise ours.
constexpr std::string_view kManifest = "varve-manifest";
constexpr std::string_view kChanged = "varve-changed";

int64_t OffsetOr(const OffsetMap& offsets, const TopicPartition& name, int64_t otherwise) {
  const auto found = offsets.find(name);
  return found == offsets.end() ? otherwise : found->second;
}

// What both say, and the lower offset of it.
OffsetMap Lower(const OffsetMap& one, const OffsetMap& other) {
  OffsetMap lower;
  for (const auto& [name, offset] : one) {
    const auto found = other.find(name);
    if (found != other.end())
      lower.emplace_hint(lower.end(), name, std::min(offset, found->second));
  }
  return lower;
}

// Makes what is missing of `path`, durably. A directory that is there may be the work of a start
// that was cut short, so its name is synced, too.
io::Task<absl::Status> MakeDirectories(io::Disk& disk, std::string path) {
  const std::string parent = io::ParentPath(path);
  const auto info = co_await disk.Stat(path);
  if (info.ok()) {
    if (!info->is_directory) {
      co_return absl::FailedPreconditionError(fmt::format("{} is not a directory", path));
    }
    absl::Status synced = co_await disk.SyncDirectory(parent);
    // Somebody else's directory, which we may not even read: not our making either.
    co_return absl::IsPermissionDenied(synced) ? absl::OkStatus() : synced;
  }
  if (!absl::IsNotFound(info.status())) co_return info.status();
  if (parent != path && parent != "." && parent != "/") {
    CO_RETURN_IF_ERROR(co_await MakeDirectories(disk, parent));
  }
  const absl::Status made = co_await disk.CreateDirectory(path);
  if (!made.ok() && !absl::IsAlreadyExists(made)) co_return made;
  co_return co_await disk.SyncDirectory(parent);
}

}  // namespace

LogDirectory::LogDirectory(io::Loop& loop, std::string path, ManifestUse use)
    : loop_(loop),
      path_(std::move(path)),
      health_(path_),
      checkpoints_(loop, 1),
      recovery_points_{kRecoveryPoints},
      log_starts_{kLogStarts},
      high_watermarks_{kHighWatermarks},
      cleaned_{kCleaned},
      manifest_use_(use),
      marks_(loop, PathOf(kChanged), PathOf(kManifest)) {}

std::string LogDirectory::PathOf(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

io::Task<absl::StatusOr<std::unique_ptr<LogDirectory>>> LogDirectory::Open(io::Loop& loop,
                                                                           std::string path,
                                                                           ManifestUse use) {
  std::unique_ptr<LogDirectory> directory(new LogDirectory(loop, std::move(path), use));
  CO_RETURN_IF_ERROR(co_await MakeDirectories(loop.disk(), directory->path_));
  CO_ASSIGN_OR_RETURN(directory->lock_, co_await loop.disk().Lock(directory->PathOf(kLock)));
  CO_RETURN_IF_ERROR(co_await directory->ReadHowItWasLeft());
  CO_RETURN_IF_ERROR(co_await directory->ListPartitions());
  co_return std::move(directory);
}

io::Task<absl::Status> LogDirectory::ReadOffsets(OffsetFile& file) {
  const std::string path = PathOf(file.name);
  CO_ASSIGN_OR_RETURN(const std::string text, co_await ReadText(loop_.disk(), path));
  auto offsets = ParseOffsets(text);
  if (offsets.ok()) {
    file.offsets = *std::move(offsets);
    file.as_written = !text.empty();
  } else {
    // As Kafka: worth a warning and a longer recovery, not a refusal to start.
    notes_.push_back(
        fmt::format("{} is not used: {}", path, std::string(offsets.status().message())));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> LogDirectory::ReadHowItWasLeft() {
  io::Disk& disk = loop_.disk();
  CO_ASSIGN_OR_RETURN(boot_id_, co_await disk.BootId());
  CO_ASSIGN_OR_RETURN(const std::string left_under, co_await ReadText(disk, PathOf(kBootId)));
  CO_RETURN_IF_ERROR(co_await ReadOffsets(recovery_points_));
  CO_RETURN_IF_ERROR(co_await ReadOffsets(log_starts_));
  CO_RETURN_IF_ERROR(co_await ReadOffsets(high_watermarks_));
  CO_RETURN_IF_ERROR(co_await ReadOffsets(cleaned_));
  const bool same_boot = !boot_id_.empty() && left_under == boot_id_;
  stop_ = same_boot ? Stop::kProcess : Stop::kMachine;
  const auto marker = co_await disk.Stat(PathOf(kCleanMarker));
  if (!marker.ok() && !absl::IsNotFound(marker.status())) co_return marker.status();
  if (marker.ok()) stop_ = Stop::kClean;
  CO_RETURN_IF_ERROR(co_await ReadManifest());
  if (marker.ok()) {
    // From here on a stop is not clean. Before anything else changes, and durably.
    CO_RETURN_IF_ERROR(co_await disk.Remove(PathOf(kCleanMarker)));
  }
  // Without a marker: names of partitions whose making was cut short are about to be used.
  co_return co_await disk.SyncDirectory(path_);
}

// Reads what the last clean stop said of the logs. It stays only as long as it can be told what was
// changed since: from before the marker of that stop goes.
io::Task<absl::Status> LogDirectory::ReadManifest() {
  const std::string path = PathOf(kManifest);
  const auto info = co_await loop_.disk().Stat(path);
  if (absl::IsNotFound(info.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(info.status());
  const bool keep = manifest_use_ == ManifestUse::kKeep;
  if (keep || stop_ == Stop::kClean) CO_RETURN_IF_ERROR(co_await ParseKept(path));
  if (manifest_fits_ && keep && stop_ == Stop::kClean) co_return co_await marks_.Begin(changes_);
  if (manifest_fits_ && keep) co_return absl::OkStatus();  // BeginRun has the last word
  co_return co_await loop_.disk().Remove(path);
}

io::Task<absl::Status> LogDirectory::ParseKept(const std::string& path) {
  CO_ASSIGN_OR_RETURN(const Buffer text,
                      co_await io::ReadFile(loop_.disk(), path, kManifestBytesMax));
  auto parse = [&] { return ParseManifest(AsText(text)); };
  absl::StatusOr<Manifest> manifest = co_await io::Offload(loop_, parse);
  if (!manifest.ok()) {
    const std::string why(manifest.status().message());
    notes_.push_back(fmt::format("{} is not used: {}", path, why));
    co_return absl::OkStatus();
  }
  changes_ = {Crc32c(text), manifest->broker_epoch};
  if (stop_ == Stop::kClean) {
    CO_ASSIGN_OR_RETURN(const std::string marker,
                        co_await ReadText(loop_.disk(), PathOf(kCleanMarker)));
    manifest_fits_ = marker == CleanMarkerText(manifest->broker_epoch);
  } else {
    CO_RETURN_IF_ERROR(co_await FitMarks());
  }
  if (manifest_fits_) manifest_ = *std::move(manifest);
  for (const std::string& changed : changes_.directories) {
    const auto name = ParseDirectoryName(changed);
    if (name) manifest_.logs.erase({name->topic, name->partition});
  }
  co_return absl::OkStatus();
}

// Whether the list of changed logs is that of the manifest.
io::Task<absl::Status> LogDirectory::FitMarks() {
  auto list = co_await marks_.Read();
  if (absl::IsDataLoss(list.status())) {
    const std::string why(list.status().message());
    notes_.push_back(fmt::format("{} is not used: {}", PathOf(kChanged), why));
    co_return absl::OkStatus();
  }
  CO_RETURN_IF_ERROR(list.status());
  if (!*list || (*list)->manifest_crc != changes_.manifest_crc) co_return absl::OkStatus();
  changes_ = **std::move(list);
  manifest_fits_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> LogDirectory::BeginRun(int64_t last, int64_t now) {
  if (!manifest_fits_) co_return absl::OkStatus();
  if (stop_ != Stop::kClean && changes_.epoch != last) {
    manifest_ = {};
    manifest_fits_ = false;
    co_return co_await marks_.Withdraw();
  }
  changes_.epoch = now;
  co_return co_await marks_.Begin(changes_);
}

io::Task<absl::Status> LogDirectory::WriteManifest(const Manifest& manifest) {
  // An old one must not be taken for this stop's.
  if (manifest.logs.empty()) co_return co_await marks_.Withdraw();
  auto format = [&] { return FormatManifest(manifest); };
  const std::string text = co_await io::Offload(loop_, format);
  co_return co_await io::ReplaceFile(loop_.disk(), PathOf(kManifest), AsBytes(text));
}

std::optional<Uuid> LogDirectory::TopicIdOf(const std::string& topic, int32_t partition) const {
  const auto found = manifest_.logs.find({topic, partition});
  if (found == manifest_.logs.end() || found->second.topic_id.zero()) return std::nullopt;
  return found->second.topic_id;
}

io::Task<absl::Status> LogDirectory::ListPartitions() {
  CO_ASSIGN_OR_RETURN(const std::vector<io::DirectoryEntry> entries,
                      co_await loop_.disk().List(path_));
  for (const io::DirectoryEntry& entry : entries) {
    if (!entry.is_directory) continue;
    const auto name = ParseDirectoryName(entry.name);
    if (!name) {
      notes_.push_back(fmt::format("{} is no partition and is left alone", PathOf(entry.name)));
    } else if (name->state == PartitionName::State::kLive) {
      partitions_.push_back(*name);
    } else if (name->state == PartitionName::State::kDelete) {
      doomed_.push_back(PathOf(entry.name));
    } else {
      notes_.push_back(fmt::format("{} is left alone", PathOf(entry.name)));
    }
  }
  co_return absl::OkStatus();
}

std::string LogDirectory::PartitionPath(const std::string& topic, int32_t partition) const {
  return PathOf(DirectoryName(topic, partition));
}

OpenArguments LogDirectory::ArgumentsFor(const std::string& topic, int32_t partition,
                                         const Config& config) {
  const TopicPartition name{topic, partition};
  OpenArguments arguments;
  arguments.directory = PartitionPath(topic, partition);
  arguments.config = config;
  arguments.stop = stop_;
  arguments.recovery_point = OffsetOr(recovery_points_.offsets, name, 0);
  arguments.log_start = OffsetOr(log_starts_.offsets, name, 0);
  arguments.high_watermark = OffsetOr(high_watermarks_.offsets, name, 0);
  const auto cleaned = cleaned_.offsets.find(name);
  if (cleaned != cleaned_.offsets.end()) arguments.cleaned_up_to = cleaned->second;
  if (const auto left = manifest_.logs.find(name); left != manifest_.logs.end()) {
    arguments.as_left = left->second.log;
    if (manifest_use_ == ManifestUse::kKeep) arguments.marks = &marks_;
  }
  return arguments;
}

io::Task<absl::Status> LogDirectory::CreatePartition(std::string topic, int32_t partition,
                                                     Uuid topic_id) {
  const std::string path = PartitionPath(topic, partition);
  const auto there = co_await loop_.disk().Stat(path);
  const TopicPartition name{topic, partition};
  if (manifest_.logs.erase(name) > 0) {
    CO_RETURN_IF_ERROR(co_await marks_.Mark(loop_, DirectoryName(topic, partition)));
  }
  if (absl::IsNotFound(there.status())) CO_RETURN_IF_ERROR(co_await Forget(name));
  const absl::Status made = co_await loop_.disk().CreateDirectory(path);
  if (!made.ok() && !absl::IsAlreadyExists(made)) co_return made;
  const std::string text = FormatPartitionMetadata(topic_id);
  co_return co_await io::ReplaceFile(
      loop_.disk(), fmt::format("{}/{}", path, kPartitionMetadataName), AsBytes(text));
}

io::Task<absl::Status> LogDirectory::SyncNames() {
  co_return co_await loop_.disk().SyncDirectory(path_);
}

io::Task<absl::Status> LogDirectory::DoomPartition(std::string topic, int32_t partition) {
  const std::string doomed =
      PathOf(DeleteDirectoryName(topic, partition, loop_.random().NewId().ToHex()));
  // The next log of that name is not the one that the manifest knows.
  manifest_.logs.erase({topic, partition});
  CO_RETURN_IF_ERROR(co_await marks_.Mark(loop_, DirectoryName(topic, partition)));
  CO_RETURN_IF_ERROR(co_await loop_.disk().Rename(PartitionPath(topic, partition), doomed));
  doomed_.push_back(doomed);
  co_return absl::OkStatus();
}

io::Task<absl::Status> LogDirectory::RemoveDoomed() {
  const std::vector<std::string> doomed = std::exchange(doomed_, {});
  absl::Status first_error;
  for (const std::string& path : doomed) {
    const absl::Status removed = co_await io::RemoveTree(loop_.disk(), path);
    if (removed.ok()) continue;
    doomed_.push_back(path);
    if (first_error.ok()) first_error = removed;
  }
  co_return first_error;
}

io::Task<absl::Status> LogDirectory::Recovered() {
  manifest_ = {};
  co_return co_await io::ReplaceFile(loop_.disk(), PathOf(kBootId), AsBytes(boot_id_));
}

io::Task<absl::Status> LogDirectory::Replace(OffsetFile& file, OffsetMap offsets) {
  if (file.as_written && file.offsets == offsets) co_return absl::OkStatus();
  file.as_written = false;
  const std::string text = FormatOffsets(offsets);
  CO_RETURN_IF_ERROR(co_await io::ReplaceFile(loop_.disk(), PathOf(file.name), AsBytes(text)));
  file.offsets = std::move(offsets);
  file.as_written = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> LogDirectory::ReplaceAll(Checkpoints checkpoints) {
  // A log was cleaned from its log start on: where both go back, a crash in between must not leave
  // more of it clean than it is.
  OffsetMap still_cleaned = Lower(cleaned_.offsets, checkpoints.cleaned);
  if (still_cleaned != cleaned_.offsets) {
    CO_RETURN_IF_ERROR(co_await Replace(cleaned_, std::move(still_cleaned)));
  }
  CO_RETURN_IF_ERROR(co_await Replace(recovery_points_, std::move(checkpoints.recovery_points)));
  CO_RETURN_IF_ERROR(co_await Replace(log_starts_, std::move(checkpoints.log_starts)));
  CO_RETURN_IF_ERROR(co_await Replace(high_watermarks_, std::move(checkpoints.high_watermarks)));
  // Most directories have no log that is compacted.
  if (checkpoints.cleaned.empty() && !cleaned_.as_written) co_return absl::OkStatus();
  co_return co_await Replace(cleaned_, std::move(checkpoints.cleaned));
}

void AddOffsets(const TopicPartition& name, const Log& log, LogDirectory::Checkpoints& into) {
  const Offsets& offsets = log.offsets();
  into.recovery_points[name] = offsets.durable;
  into.high_watermarks[name] = offsets.high_watermark;
  // A closed log has no segments to compare with; told once too often does no harm.
  const int64_t implied = log.segment_count() > 0 ? log.first_segment_base() : 0;
  if (offsets.log_start > implied) into.log_starts[name] = offsets.log_start;
  if (log.cleaned_up_to()) into.cleaned[name] = *log.cleaned_up_to();
}

io::Task<absl::Status> LogDirectory::WriteCheckpoints(Checkpoints checkpoints) {
  co_await checkpoints_.Take();
  absl::Status written = co_await ReplaceAll(std::move(checkpoints));
  checkpoints_.Give();
  co_return written;
}

bool LogDirectory::Knows(const TopicPartition& name) const {
  return recovery_points_.offsets.contains(name) || log_starts_.offsets.contains(name) ||
         high_watermarks_.offsets.contains(name) || cleaned_.offsets.contains(name);
}

// A recovery point that speaks of another log would have this one's lost batches trusted.
io::Task<absl::Status> LogDirectory::Forget(TopicPartition name) {
  co_await checkpoints_.Take();
  absl::Status forgotten;
  // Most new logs have a new name, and copies of what is known of all others are dear.
  if (Knows(name)) {
    Checkpoints rest{recovery_points_.offsets, log_starts_.offsets, high_watermarks_.offsets,
                     cleaned_.offsets};
    rest.recovery_points.erase(name);
    rest.log_starts.erase(name);
    rest.high_watermarks.erase(name);
    rest.cleaned.erase(name);
    forgotten = co_await ReplaceAll(std::move(rest));
  }
  checkpoints_.Give();
  co_return forgotten;
}

io::Task<absl::Status> LogDirectory::CloseCleanly(Checkpoints checkpoints, Manifest manifest) {
  if (health_.failed()) {
    co_return absl::FailedPreconditionError(
        fmt::format("{} met a failing device and gets no clean-shutdown marker", path_));
  }
  CO_RETURN_IF_ERROR(co_await WriteCheckpoints(std::move(checkpoints)));
  CO_RETURN_IF_ERROR(co_await WriteManifest(manifest));
  const std::string marker = CleanMarkerText(manifest.broker_epoch);
  co_return co_await io::ReplaceFile(loop_.disk(), PathOf(kCleanMarker), AsBytes(marker));
}

}  // namespace varve::log
