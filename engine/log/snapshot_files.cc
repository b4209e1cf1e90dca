#include "engine/log/snapshot_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/file_names.h"

namespace varve::log {

std::string SnapshotFiles::PathOf(int64_t offset) const {
  return fmt::format("{}/{}", directory_, FileName(offset, FileKind::kSnapshot));
}

io::Task<absl::Status> SnapshotFiles::Remove(io::Disk& disk, int64_t offset) {
  absl::Status removed = co_await disk.Remove(PathOf(offset));
  if (!removed.ok() && !absl::IsNotFound(removed)) co_return removed;
  offsets_.erase(offset);
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<std::optional<SnapshotFiles::Found>>> SnapshotFiles::LoadNewest(
    io::Disk& disk, int64_t from, int64_t upto, std::vector<std::string>& notes) {
  for (;;) {
    const auto above = offsets_.upper_bound(upto);
    if (above == offsets_.begin()) break;
    const int64_t offset = *std::prev(above);
    if (offset < from) break;
    const auto content = co_await io::ReadFile(disk, PathOf(offset), kProducerSnapshotBytesMax);
    if (absl::IsNotFound(content.status())) {  // went with its segment
      offsets_.erase(offset);
      continue;
    }
    const bool too_large = absl::IsResourceExhausted(content.status());
    if (!content.ok() && !too_large) co_return content.status();
    auto entries = too_large ? content.status() : ParseProducerSnapshot(*content);
    if (entries.ok()) co_return Found{offset, *std::move(entries)};
    notes.push_back(
        fmt::format("{} goes: {}", PathOf(offset), std::string(entries.status().message())));
    CO_RETURN_IF_ERROR(co_await Remove(disk, offset));
  }
  co_return std::nullopt;
}

io::Task<absl::Status> SnapshotFiles::Store(io::Disk& disk, int64_t offset, Buffer content) {
  CO_RETURN_IF_ERROR(co_await io::ReplaceFile(disk, PathOf(offset), content));
  offsets_.insert(offset);
  co_return absl::OkStatus();
}

io::Task<absl::Status> SnapshotFiles::Prune(io::Disk& disk, BeginsSegment begins_segment) {
  std::vector<int64_t> unneeded;
  if (offsets_.size() > kNewestKept) {
    const auto newest = std::prev(offsets_.end(), kNewestKept);
    std::copy_if(offsets_.begin(), newest, std::back_inserter(unneeded),
                 [&](int64_t other) { return !begins_segment(other); });
  }
  for (const int64_t other : unneeded) CO_RETURN_IF_ERROR(co_await Remove(disk, other));
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<bool>> SnapshotFiles::RemoveAbove(io::Disk& disk, int64_t offset) {
  bool any = false;
  while (!offsets_.empty() && *offsets_.rbegin() > offset) {
    any = true;
    CO_RETURN_IF_ERROR(co_await Remove(disk, *offsets_.rbegin()));
  }
  if (any) CO_RETURN_IF_ERROR(co_await disk.SyncDirectory(directory_));
  co_return any;
}

}  // namespace varve::log
