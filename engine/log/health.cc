#include "engine/log/health.h"

#include <fmt/format.h>

#include <algorithm>

namespace varve::log {
namespace {

constexpr io::Duration kLookAgain = std::chrono::seconds(1);

// Free space at which a directory that was full takes appends again.
uint64_t EnoughBytes(const io::DiskSpace& space) {
  return std::min<uint64_t>(space.total_bytes / 100, uint64_t{256} << 20);
}

int64_t Nanoseconds(io::MonoTime time) { return time.time_since_epoch().count(); }

}  // namespace

void DirectoryHealth::Note(const absl::Status& error, io::MonoTime now) {
  if (absl::IsDataLoss(error)) failed_.store(true, std::memory_order_relaxed);
  if (!absl::IsResourceExhausted(error)) return;
  look_again_ns_.store(Nanoseconds(now + kLookAgain), std::memory_order_relaxed);
  full_.store(true, std::memory_order_relaxed);
}

void DirectoryHealth::NoteRemoval(io::MonoTime now) {
  if (full()) look_again_ns_.store(Nanoseconds(now), std::memory_order_relaxed);
}

io::Task<absl::Status> DirectoryHealth::MayAppend(io::Loop& loop) {
  if (ok()) co_return absl::OkStatus();
  if (failed()) {
    co_return absl::DataLossError(fmt::format(
        "{} takes no appends until a restart: its device failed on a write or sync", path_));
  }
  if (Nanoseconds(loop.Now()) >= look_again_ns_.load(std::memory_order_relaxed)) {
    look_again_ns_.store(Nanoseconds(loop.Now() + kLookAgain), std::memory_order_relaxed);
    const auto space = co_await loop.disk().Space(path_);
    if (space.ok() && space->free_bytes >= EnoughBytes(*space)) {
      full_.store(false, std::memory_order_relaxed);
      co_return absl::OkStatus();
    }
  }
  co_return absl::ResourceExhaustedError(fmt::format("{} is full", path_));
}

}  // namespace varve::log
