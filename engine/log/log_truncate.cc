#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "engine/log/inside.h"
#include "engine/log/log.h"
#include "engine/log/producer_replay.h"

// Cutting a log at its end. The segments behind the cut go, newest first, then the file that the
// cut goes through is cut, and a new segment begins: at each step a stop leaves a shorter log,
// never one with a hole. Nothing is ever appended to a file that was cut, so what a reader still
// holds of it either is what it was, or is not there.
namespace varve::log {
namespace {

constexpr uint64_t kYieldEveryBytes = 4 << 20;

}  // namespace

// No sync is under way until ReleaseSyncs.
io::Task<void> Log::HoldSyncs() {
  while (syncing_) {
    sync_progress_.Reset();
    co_await sync_progress_.Wait();
  }
  syncing_ = true;
}

void Log::ReleaseSyncs() {
  syncing_ = false;
  CompleteDurable();
  sync_progress_.Set();
  if (sync_error_.ok() && NeedsSync()) StartSync();
}

io::Task<absl::StatusOr<int64_t>> Log::TruncateTo(int64_t offset) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  co_await writer_.Take();
  co_await HoldSyncs();
  const absl::Status marked = co_await WillChange();
  absl::StatusOr<int64_t> end = offsets_.end;
  if (marked.ok()) {
    end = co_await TruncateHeld(offset);
  } else {
    end = marked;
  }
  ReleaseSyncs();
  writer_.Give();
  Advanced();
  co_return end;
}

io::Task<absl::Status> Log::TruncateFully(int64_t offset) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  co_await writer_.Take();
  co_await HoldSyncs();
  absl::Status emptied = co_await WillChange();
  if (emptied.ok()) emptied = co_await Empty(offset);
  ReleaseSyncs();
  writer_.Give();
  Advanced();
  co_return emptied;
}

io::Task<absl::StatusOr<int64_t>> Log::TruncateHeld(int64_t offset) {
  for (;;) {
    if (!broken_.ok()) co_return broken_;
    if (offset >= offsets_.end) co_return offsets_.end;
    if (offset <= offsets_.log_start) break;
    CO_ASSIGN_OR_RETURN(Cut cut, co_await FindCut(offset));
    if (cut.segment->removed()) continue;  // retention took it: the log start has moved
    if (cut.end <= offsets_.log_start) break;
    const int64_t end = cut.end;
    CO_RETURN_IF_ERROR(NoteBroken(co_await Apply(std::move(cut))));
    co_return end;
  }
  const int64_t end = std::clamp<int64_t>(offset, 0, offsets_.log_start);
  CO_RETURN_IF_ERROR(co_await Empty(end));
  co_return end;
}

// Where the first batch lies that does not end before `offset`.
io::Task<absl::StatusOr<Log::Cut>> Log::FindCut(int64_t offset) {
  Cut cut{SegmentOf(offset)->second, 0, offset};
  cut.position = cut.segment->size();
  const auto located = co_await cut.segment->Locate(offset);
  if (located.ok() && *located) {
    cut.position = (*located)->position;
    cut.end = std::min(offset, (*located)->base_offset);
  }
  if (located.ok()) {
    // Compaction may have left a gap there. The next segment has to begin where the batches end: to
    // a recovery, offsets that are missing between two segments are lost ones.
    CO_ASSIGN_OR_RETURN(const int64_t kept_end, co_await cut.segment->EndBefore(cut.position));
    cut.end = std::min(cut.end, kept_end);
    co_return cut;
  }
  for (const Fence& fence : cut.segment->fences()) {
    if (offset < fence.start_offset || offset >= fence.end_offset) continue;
    cut.position = fence.position;
    cut.end = fence.start_offset;
    co_return cut;
  }
  co_return located.status();
}

io::Task<absl::Status> Log::Apply(Cut cut) {
  const int64_t base = cut.segment->base_offset();
  const bool keeps_some = cut.position > 0;
  std::vector<SegmentRef> gone = ReplaceFrom(keeps_some ? base + 1 : base, cut.end);
  // Those who look into it meanwhile see nothing behind the cut.
  const int64_t modified_ms = cut.segment->modified_ms();
  cut.segment->SetLoaded(
      {cut.position, cut.end, cut.segment->first_timestamp(), cut.segment->created_ms()});
  cut.segment->set_modified_ms(modified_ms);
  SegmentsChanged();
  Clip(std::min(offsets_.log_start, cut.end), cut.end);
  CO_RETURN_IF_ERROR((co_await snapshots_.RemoveAbove(files_.disk(), cut.end)).status());
  CO_RETURN_IF_ERROR(co_await DeleteFiles(std::move(gone)));
  CO_ASSIGN_OR_RETURN(producers_, co_await ProducersAt(base));
  if (keeps_some) CO_RETURN_IF_ERROR(co_await CutSegment(std::move(cut)));
  co_return co_await GoOnAt(offsets_.end);
}

io::Task<absl::Status> Log::Empty(int64_t offset) {
  if (!broken_.ok()) co_return broken_;
  std::vector<SegmentRef> gone = ReplaceFrom(0, offset);
  Clip(offset, offset);
  producers_ = {};
  waiting_snapshots_.clear();
  absl::Status emptied = (co_await snapshots_.RemoveAbove(files_.disk(), -1)).status();
  if (emptied.ok()) emptied = co_await DeleteFiles(std::move(gone));
  if (emptied.ok()) emptied = co_await GoOnAt(0);
  co_return NoteBroken(std::move(emptied));
}

// Half-done: what is in memory and what is on disk may differ until the log is opened again.
absl::Status Log::NoteBroken(absl::Status status) {
  if (status.ok()) return status;
  health_.Note(status, loop_.Now());
  broken_ = std::move(status);
  if (sync_error_.ok()) sync_error_ = absl::DataLossError(broken_.message());
  return broken_;
}

// Takes the segments from `first_gone` on out of the log, and puts a new one at its end, whose file
// is still to be made. Returns those that went, newest first.
std::vector<Log::SegmentRef> Log::ReplaceFrom(int64_t first_gone, int64_t base_offset) {
  std::vector<SegmentRef> gone;
  for (auto at = segments_.lower_bound(first_gone); at != segments_.end();) {
    at->second->set_removed();
    gone.push_back(std::move(at->second));
    at = segments_.erase(at);
  }
  std::reverse(gone.begin(), gone.end());
  segments_[base_offset] = std::make_shared<Segment>(files_, directory_, base_offset);
  SegmentsChanged();
  return gone;
}

// What was promised of offsets behind the end is void. Appends that wait for their sync are told.
void Log::Clip(int64_t log_start, int64_t end) {
  offsets_.log_start = log_start;
  offsets_.end = end;
  offsets_.durable = std::clamp(offsets_.durable, log_start, end);
  offsets_.high_watermark = std::clamp(offsets_.high_watermark, log_start, end);
  offsets_.last_stable = std::clamp(offsets_.last_stable, log_start, end);
  sync_wanted_ = std::min(sync_wanted_, end);
  // What comes to lie behind the cut was never compacted.
  if (cleaned_up_to_) cleaned_up_to_ = std::min(*cleaned_up_to_, end);
  while (!waiting_snapshots_.empty() && waiting_snapshots_.back().first > end) {
    waiting_snapshots_.pop_back();
  }
  AppendQueue waiting = std::exchange(awaiting_sync_, {});
  while (!waiting.empty()) {
    PendingAppend& append = waiting.Pop();
    if (append.facts_.last_offset < end) {
      awaiting_sync_.Push(append);
    } else {
      Complete(append, absl::CancelledError(fmt::format("{} was truncated", directory_)));
    }
  }
}

// Cuts the file, and puts a segment in the old one's place that knows what is left of it.
io::Task<absl::Status> Log::CutSegment(Cut cut) {
  const int64_t base = cut.segment->base_offset();
  auto kept = std::make_shared<Segment>(files_, directory_, base);
  CO_RETURN_IF_ERROR(co_await kept->TruncateLog(cut.position));
  CO_RETURN_IF_ERROR(co_await kept->SyncLog());
  CO_RETURN_IF_ERROR(co_await NoteKept(cut, *kept));
  cut.segment->set_removed();
  segments_[base] = kept;
  SegmentsChanged();
  co_return co_await kept->StoreIndexes();
}

io::Task<absl::Status> Log::NoteKept(const Cut& cut, Segment& kept) {
  kept.SetLoaded({0, kept.base_offset(), record::kNoTimestamp, cut.segment->created_ms()});
  kept.set_modified_ms(cut.segment->modified_ms());
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await kept.log_file().Open());
  BatchScanner scanner(file, 0, cut.position, BatchScanner::Options{.buffer_bytes = 64 << 10});
  uint64_t yield_at = kYieldEveryBytes;
  while (scanner.position() < cut.position) {
    if (const Fence* fence = cut.segment->FenceAt(scanner.position())) {
      kept.SkipFence(*fence);
      scanner.SkipTo(fence->end_position);
      continue;
    }
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind != Scanned::Kind::kBatch) {
      co_return absl::DataLossError(fmt::format("no batch lies at position {} of {}",
                                                scanned.position, kept.log_file().path()));
    }
    kept.NoteBatch(StoredFacts(scanned.view()), config_);
    CO_ASSIGN_OR_RETURN(const auto produced, co_await ReadProducerBatch(file, scanned));
    if (produced) NoteProducer(kept, *produced);
    if (scanner.position() < yield_at) continue;
    yield_at += kYieldEveryBytes;
    co_await io::Yield{loop_};
  }
  co_return absl::OkStatus();
}

// Begins the new segment, and leaves no epoch that began at or behind `epochs_end`.
io::Task<absl::Status> Log::GoOnAt(int64_t epochs_end) {
  RefreshLastStable();
  roll_first_ = false;
  CO_RETURN_IF_ERROR(co_await active().Create(loop_.clock().WallMillis()));
  CO_RETURN_IF_ERROR(co_await files_.disk().SyncDirectory(directory_));
  PrepareSnapshot();
  if (!epochs_.TruncateFromEnd(epochs_end)) co_return absl::OkStatus();
  co_return co_await WriteEpochs(files_.disk(), directory_, epochs_.entries());
}

}  // namespace varve::log
