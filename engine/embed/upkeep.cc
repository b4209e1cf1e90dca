#include "engine/embed/upkeep.h"

#include <fmt/format.h>

#include "engine/base/status.h"

namespace varve::embed {
namespace {

log::CleanerManager::Options CleanerOptionsOf(const StoreOptions& options) {
  log::CleanerManager::Options result;
  result.cleaner.map_bytes_max = options.dedupe_buffer_bytes;
  result.report = options.report;
  return result;
}

}  // namespace

Upkeep::Upkeep(io::Loop& loop, log::FileCache& files, const StoreOptions& options)
    : loop_(loop),
      report_(options.report),
      flusher_(loop, options.undurable_max),
      cleaner_(loop, files, CleanerOptionsOf(options)) {}

void Upkeep::Add(log::Log& log) {
  log.set_flusher(&flusher_);
  cleaner_.Add(log);
}

void Upkeep::Tell(const std::string& text) const {
  if (report_) report_(text);
}

io::Task<absl::Status> Upkeep::Keep(log::Log& log) {
  const int64_t now_ms = loop_.clock().WallMillis();
  const auto gone = co_await log.ApplyRetention(now_ms);
  absl::Status status = gone.status();
  if (status.ok()) status = co_await log.RollIfOld(now_ms);
  if (!status.ok()) Tell(fmt::format("{}: {}", log.directory(), status.ToString()));
  co_return status;
}

io::Task<absl::Status> Upkeep::CleanAll(size_t logs_max) {
  // A log can be as dirty after a cleaning as before, if the map was full.
  for (size_t cleaned = 0; cleaned < logs_max; ++cleaned) {
    if (!co_await cleaner_.CleanOne()) break;
  }
  for (const log::CleaningStatus& status : cleaner_.Statuses()) {
    if (!status.last_error.ok()) co_return status.last_error;
  }
  co_return absl::OkStatus();
}

}  // namespace varve::embed
