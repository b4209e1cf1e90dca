#include "engine/log/clean/cleaner_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace varve::log {
namespace {

constexpr size_t kLogsPerTurn = 256;
constexpr uint32_t kDoublingsMax = 30;

DirtyRules RulesOf(const Config& config) {
  return {config.min_cleanable_dirty_ratio, config.min_compaction_lag_ms,
          config.max_compaction_lag_ms};
}

SegmentFacts FactsOf(const Segment& segment) {
  const int64_t largest = segment.max_timestamp().timestamp;
  return {segment.base_offset(), segment.size(), largest >= 0 ? largest : segment.created_ms(),
          segment.first_timestamp()};
}

}  // namespace

CleanerManager::CleanerManager(io::Loop& loop, FileCache& files, Options options)
    : loop_(loop),
      files_(files),
      options_(std::move(options)),
      throttle_(loop, options_.bytes_per_second),
      cleaning_(loop, 1),
      stop_(loop),
      gate_(loop) {}

CleanerManager::~CleanerManager() {
  VARVE_CHECK(current_ == nullptr, "a cleaning outlives its manager");
}

void CleanerManager::set_options(Options options) {
  options_ = std::move(options);
  throttle_.set_bytes_per_second(options_.bytes_per_second);
}

void CleanerManager::Tell(const std::string& text) const {
  if (options_.report) options_.report(text);
}

void CleanerManager::Add(Log& log) {
  auto entry = std::make_shared<Entry>();
  entry->log = &log;
  entry->status.directory = log.directory();
  entries_.push_back(std::move(entry));
}

void CleanerManager::Remove(Log& log) {
  std::erase_if(entries_, [&](const EntryRef& entry) {
    if (entry->log != &log) return false;
    entry->log = nullptr;
    return true;
  });
}

void CleanerManager::Start() { gate_.Spawn(Run()); }

io::Task<void> CleanerManager::Stop() {
  stop_.Set();
  const EntryRef current = current_;
  Log* const log = current != nullptr ? current->log : nullptr;
  if (log != nullptr) {
    co_await log->cleaning().Pause();
    if (current->log != nullptr) log->cleaning().Resume();
  }
  co_await gate_.Close();
}

io::Task<void> CleanerManager::Run() {
  while (!stop_.is_set()) {
    if (co_await CleanOne()) continue;
    // The least wait keeps a log that can never be cleaned enough from holding the loop.
    const io::Duration pause =
        std::max<io::Duration>(options_.backoff, std::chrono::milliseconds(1));
    if (!co_await io::SleepUnless(stop_, pause)) co_return;
  }
}

bool CleanerManager::MayTry(const Entry& entry) const {
  if (entry.log == nullptr || !entry.log->config().cleanup_compact) return false;
  return entry.status.failures == 0 || entry.status.next_try <= loop_.Now();
}

// What of a log could be cleaned. Only what is durable: a power loss must not find output that was
// made of more than it leaves.
io::Task<absl::StatusOr<Dirty>> CleanerManager::MeasureLog(Log& log) {
  const DirtyRules rules = RulesOf(log.config());
  std::vector<SegmentFacts> segments;
  for (const Log::ClosedSegment& closed : log.closed_segments()) {
    segments.push_back(FactsOf(*closed.segment));
    SegmentFacts& facts = segments.back();
    const bool look = rules.max_compaction_lag_ms != std::numeric_limits<int64_t>::max();
    if (!look || facts.first_timestamp_ms >= 0) continue;
    const auto first = co_await closed.segment->FirstTimestamp();
    CO_RETURN_IF_ERROR(first.status());
    facts.first_timestamp_ms = *first;
  }
  const Offsets& offsets = log.offsets();
  const int64_t active = log.active_base();
  segments.push_back({.base_offset = active});
  const DirtyFacts facts{segments,
                         offsets.log_start,
                         offsets.end,
                         std::min(offsets.last_stable, offsets.durable),
                         log.cleaned_up_to(),
                         loop_.clock().WallMillis()};
  co_return Measure(facts, rules);
}

io::Task<CleanerManager::EntryRef> CleanerManager::Choose() {
  const std::vector<EntryRef> entries = entries_;
  EntryRef best;
  double best_ratio = -1;
  size_t looked = 0;
  for (const EntryRef& entry : entries) {
    if (++looked % kLogsPerTurn == 0) co_await io::Yield{loop_};
    if (stop_.is_set()) co_return nullptr;
    if (!MayTry(*entry) || !entry->log->cleaning().Enter()) continue;
    Log& log = *entry->log;
    const absl::StatusOr<Dirty> dirty = co_await MeasureLog(log);
    log.cleaning().Leave();
    if (!dirty.ok()) {
      Note(*entry, dirty.status());
    } else if (dirty->eligible && dirty->ratio() > best_ratio) {
      best = entry;
      best_ratio = dirty->ratio();
    }
  }
  co_return best;
}

io::Task<bool> CleanerManager::CleanOne() {
  co_await cleaning_.Take();
  EntryRef entry = co_await Choose();
  bool cleaned = false;
  if (entry != nullptr) cleaned = co_await Clean(std::move(entry));
  cleaning_.Give();
  co_return cleaned;
}

io::Task<bool> CleanerManager::Clean(EntryRef entry) {
  Log* const log = entry->log;
  if (log == nullptr || stop_.is_set() || !log->cleaning().Enter()) co_return false;
  current_ = entry;
  entry->status.running = true;
  const absl::Status status = co_await CleanInside(*entry);
  entry->status.running = false;
  current_ = nullptr;
  log->cleaning().Leave();
  Note(*entry, status);
  co_return status.ok();
}

namespace {

ProducerTails TailsOf(const ProducerState& state) {
  ProducerTails tails;
  for (const auto& [id, entry] : state.producers()) {
    ProducerTail& tail = tails[id];
    tail.epoch = entry.epoch();
    const int64_t last_offset = entry.newest().last_offset;
    if (last_offset != ProducerEntry::kNoOffset) tail.last_data_offset = last_offset;
  }
  return tails;
}

}  // namespace

io::Task<absl::Status> CleanerManager::CleanInside(Entry& entry) {
  Log& log = *entry.log;
  CO_ASSIGN_OR_RETURN(const Dirty dirty, co_await MeasureLog(log));
  Cleaner cleaner(loop_, files_, log, options_.cleaner, throttle_);
  CleanerInputs inputs;
  CO_ASSIGN_OR_RETURN(inputs.aborted, co_await log.AbortedEntries());
  inputs.producers = TailsOf(log.producers());
  CO_ASSIGN_OR_RETURN(const CleanerReport report, co_await cleaner.Run(dirty, std::move(inputs)));
  if (log.config().cleanup_compact) log.set_cleaned_up_to(report.cleaned_up_to);
  entry.status.last = report;
  co_return absl::OkStatus();
}

void CleanerManager::Note(Entry& entry, const absl::Status& status) {
  CleaningStatus& now = entry.status;
  // Called off, or overtaken: no fault of the log's.
  if (absl::IsCancelled(status) || absl::IsAborted(status)) return;
  if (status.ok()) {
    if (now.failures > 0) Tell(fmt::format("{} is compacted again", now.directory));
    now.failures = 0;
    now.last_error = absl::OkStatus();
    ++now.cleanings;
    return;
  }
  const uint32_t doublings = std::min(now.failures++, kDoublingsMax);
  const double wait_ns =
      static_cast<double>(options_.backoff.count()) * static_cast<double>(uint64_t{1} << doublings);
  const double most_ns = static_cast<double>(options_.retry_max.count());
  const io::Duration wait(static_cast<int64_t>(std::min(wait_ns, most_ns)));
  now.last_error = status;
  now.next_try = loop_.Now() + wait;
  Tell(fmt::format("{} was not compacted, is tried again in {} s: {}", now.directory,
                   std::chrono::duration_cast<std::chrono::seconds>(wait).count(),
                   std::string(status.message())));
}

std::vector<CleaningStatus> CleanerManager::Statuses() const {
  std::vector<CleaningStatus> statuses;
  statuses.reserve(entries_.size());
  for (const EntryRef& entry : entries_) statuses.push_back(entry->status);
  return statuses;
}

std::optional<CleaningStatus> CleanerManager::StatusOf(const Log& log) const {
  for (const EntryRef& entry : entries_) {
    if (entry->log == &log) return entry->status;
  }
  return std::nullopt;
}

}  // namespace varve::log
