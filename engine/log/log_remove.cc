#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "engine/log/file_remover.h"
#include "engine/log/log.h"

// Taking segments out of a log: out of the map at once, renamed to ".deleted", removed later. Those
// who hold one go on reading it, and find out by Segment::removed().
namespace varve::log {
namespace {

constexpr int64_t kDelayMsMax = int64_t{365} * 24 * 60 * 60 * 1000;  // fits nanoseconds

}  // namespace

std::vector<Log::SegmentRef> Log::TakeOut(int64_t first_base, int64_t end_base) {
  const auto first = segments_.lower_bound(first_base);
  const auto end = segments_.lower_bound(end_base);
  std::vector<SegmentRef> taken;
  for (auto at = first; at != end; ++at) {
    at->second->set_removed();
    taken.push_back(at->second);
  }
  segments_.erase(first, end);
  VARVE_CHECK(!segments_.empty(), "{} has no segment left", directory_);
  SegmentsChanged();
  return taken;
}

void Log::SegmentsChanged() {
  closed_bytes_ = 0;
  for (auto at = segments_.begin(); at != std::prev(segments_.end()); ++at) {
    closed_bytes_ += at->second->size();
  }
}

io::Task<absl::Status> Log::DeleteFile(std::string path) {
  const std::string deleted = path + std::string(kDeletedSuffix);
  absl::Status renamed = co_await files_.disk().Rename(path, deleted);
  if (renamed.ok()) {
    if (remover_ == nullptr) {
      remover_ = std::make_unique<FileRemover>(loop_, files_.disk(), health_);
    }
    // Nobody appends to a full directory before something has gone.
    const int64_t delay_ms = health_.full() ? 0 : config_.file_delete_delay_ms;
    remover_->Remove(deleted, std::chrono::milliseconds(std::min(delay_ms, kDelayMsMax)));
    co_return absl::OkStatus();
  }
  if (absl::IsNotFound(renamed)) co_return absl::OkStatus();
  // A longer name may need space; none needs none.
  const absl::Status removed = co_await files_.disk().Remove(path);
  co_return removed.ok() || absl::IsNotFound(removed) ? absl::OkStatus() : renamed;
}

io::Task<absl::Status> Log::DeleteFilesInOrder(std::vector<SegmentRef> segments) {
  // What stays must have its name before the others lose theirs.
  CO_RETURN_IF_ERROR(co_await files_.disk().SyncDirectory(directory_));
  for (const SegmentRef& segment : segments) {
    const std::vector<std::string> paths = segment->Paths();
    for (const std::string& path : paths) {
      CO_RETURN_IF_ERROR(co_await DeleteFile(path));
      // The first is the .log; without it the others are orphans, which recovery removes.
      if (path != paths.front()) continue;
      CO_RETURN_IF_ERROR(co_await files_.disk().SyncDirectory(directory_));
    }
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Log::DeleteFiles(std::vector<SegmentRef> segments) {
  co_await renaming_.Take();
  absl::Status deleted = co_await DeleteFilesInOrder(std::move(segments));
  renaming_.Give();
  health_.Note(deleted, loop_.Now());
  co_return deleted;
}

}  // namespace varve::log
