#include "engine/log/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/change_marks.h"
#include "engine/log/file_names.h"
#include "engine/log/inside.h"
#include "engine/log/manifest.h"
#include "engine/log/roll.h"
#include "engine/record/stamp.h"

namespace varve::log {
namespace {

// One gathered write: large enough that its fixed cost vanishes, small enough that it does not
// hold the loop.
constexpr size_t kGroupBatchesMax = 256;
constexpr uint64_t kGroupBytesMax = 1 << 20;

int64_t DrawJitter(io::Random& random, const Config& config) {
  const int64_t bound = std::min(config.segment_jitter_ms, config.segment_ms);
  return bound <= 0 ? 0 : static_cast<int64_t>(random.Below(static_cast<uint64_t>(bound)));
}

}  // namespace

io::Task<absl::StatusOr<std::unique_ptr<Log>>> Log::Open(io::Loop& loop, FileCache& files,
                                                         DirectoryHealth& health,
                                                         OpenArguments arguments) {
  CO_ASSIGN_OR_RETURN(Recovered recovered, co_await Recover(loop, files, arguments));
  co_return std::unique_ptr<Log>(
      new Log(loop, files, health, std::move(arguments), std::move(recovered)));
}

Log::Log(io::Loop& loop, FileCache& files, DirectoryHealth& health, OpenArguments arguments,
         Recovered recovered)
    : loop_(loop),
      files_(files),
      health_(health),
      directory_(std::move(arguments.directory)),
      config_(arguments.config),
      marks_(arguments.marks),
      renaming_(loop, 1),
      cleaning_(loop),
      cleaned_up_to_(arguments.cleaned_up_to),
      epochs_(std::move(recovered.epochs)),
      leader_epoch_(std::max(0, epochs_.latest())),
      producers_(std::move(recovered.producers)),
      snapshots_(std::move(recovered.snapshots)),
      producers_expired_ms_(loop.clock().WallMillis()),
      report_(std::move(recovered.report)),
      roll_first_(recovered.roll_first),
      writer_(loop, 1),
      turn_end_(*this),
      sync_progress_(loop),
      gate_(loop) {
  for (auto& segment : recovered.segments) {
    const int64_t base = segment->base_offset();
    segments_[base] = std::move(segment);
  }
  SegmentsChanged();
  offsets_.log_start = recovered.log_start;
  offsets_.end = recovered.end;
  offsets_.durable = recovered.end;  // recovery has synced what it accepted
  offsets_.high_watermark = std::clamp(arguments.high_watermark, offsets_.log_start, offsets_.end);
  RefreshLastStable();
  jitter_ms_ = DrawJitter(loop_.random(), config_);
}

Log::~Log() {
  VARVE_CHECK(queue_.empty() && awaiting_sync_.empty(), "appends outlive {}", directory_);
}

void Log::TurnEnd::Run(io::Work& work) {
  Log& log = static_cast<TurnEnd&>(work).log;
  io::StartDetached(log.WriteQueued());
}

void Log::Enqueue(PendingAppend& append) {
  if (gate_.closing()) {
    append.result_ = Closing();
    append.done_ = true;
    return;
  }
  queue_.Push(append);
  if (std::exchange(writing_, true)) return;
  gate_.Enter();  // until WriteQueued has ended
  loop_.AtTurnEnd(turn_end_);
}

io::Task<absl::StatusOr<Appended>> Log::Append(MutableBytes batch) {
  PendingAppend append(batch);
  Enqueue(append);
  co_return co_await append;
}

absl::Status Log::Closing() const {
  return absl::CancelledError(fmt::format("{} is closing", directory_));
}

io::Task<void> Log::WriteQueued() {
  while (!queue_.empty()) {
    co_await writer_.Take();
    co_await WriteGroup();
    writer_.Give();
  }
  writing_ = false;
  gate_.Leave();
}

// What the first waiting batch needs before it can be written: a directory that takes appends,
// and room in the active segment.
io::Task<absl::Status> Log::PrepareFront() {
  if (!broken_.ok()) co_return broken_;
  if (!health_.ok()) CO_RETURN_IF_ERROR(co_await health_.MayAppend(loop_));
  CO_RETURN_IF_ERROR(co_await WillChange());
  const record::BatchView batch(queue_.front()->batch_);
  const auto segment_max = std::min(config_.segment_bytes, kSegmentBytesMax);
  if (static_cast<int64_t>(batch.bytes().size()) > segment_max) {
    co_return absl::OutOfRangeError(
        fmt::format("a batch of {} bytes, in segments of {}", batch.bytes().size(), segment_max));
  }
  const int64_t now_ms = loop_.clock().WallMillis();
  const BatchFacts next{offsets_.end, offsets_.end + batch.last_offset_delta(),
                        config_.log_append_time ? now_ms : batch.max_timestamp(),
                        batch.bytes().size()};
  const RollFacts facts = FactsOf(active(), jitter_ms_, now_ms);
  if (!roll_first_ && !ShouldRoll(facts, next, config_)) co_return absl::OkStatus();
  absl::Status rolled = co_await Roll(offsets_.end);
  health_.Note(rolled, loop_.Now());
  co_return rolled;
}

io::Task<absl::Status> Log::WillChange() {
  if (marks_ == nullptr) co_return absl::OkStatus();
  absl::Status marked = co_await marks_->Mark(loop_, directory_);
  health_.Note(marked, loop_.Now());
  if (marked.ok()) marks_ = nullptr;
  co_return marked;
}

void Log::Stamp(PendingAppend& append) {
  const record::BatchView batch(append.batch_);
  const int64_t base = group_facts_.empty() ? offsets_.end : group_facts_.back().last_offset + 1;
  Appended appended{base, base + batch.last_offset_delta(), record::kNoTimestamp};
  record::StampBaseOffset(append.batch_, base);
  record::StampLeaderEpoch(append.batch_, leader_epoch_);
  if (config_.log_append_time) {
    appended.log_append_time_ms = loop_.clock().WallMillis();
    record::StampLogAppendTime(append.batch_, appended.log_append_time_ms);
  }
  append.facts_ = {base, appended.last_offset, batch.max_timestamp(), batch.bytes().size()};
  append.result_ = appended;
}

// Moves waiting batches that fit the active segment into the group. At least the first does. What
// its producer may not write, or wrote before, is in the group but has no piece of it.
void Log::TakeGroup() {
  group_.clear();
  group_pieces_.clear();
  group_facts_.clear();
  group_producers_.Clear();
  RollFacts facts = FactsOf(active(), jitter_ms_, loop_.clock().WallMillis());
  const uint64_t size_before = facts.size;
  while (!queue_.empty() && group_.size() < kGroupBatchesMax &&
         facts.size - size_before < kGroupBytesMax) {
    PendingAppend& append = *queue_.front();
    Stamp(append);
    if (!group_.empty() && ShouldRoll(facts, append.facts_, config_)) break;
    queue_.Pop();
    group_.push_back(&append);
    if (!AdmitProducer(append)) continue;
    group_pieces_.push_back(append.batch_);
    group_facts_.push_back(append.facts_);
    // Every batch may add an index entry; counting one each errs on the side of room.
    facts.size += append.facts_.size;
    ++facts.offset_index_entries;
    ++facts.time_index_entries;
    if (facts.first_timestamp < 0) facts.first_timestamp = append.facts_.max_timestamp;
  }
}

io::Task<void> Log::WriteGroup() {
  const absl::Status prepared = co_await PrepareFront();
  if (!prepared.ok()) {
    PendingAppend& refused = queue_.Pop();
    Complete(refused, prepared);
    co_return;
  }
  TakeGroup();
  absl::Status written;
  if (!group_pieces_.empty()) {
    written = co_await active().Append(group_pieces_, group_facts_, config_);
    if (!written.ok() && !absl::IsDataLoss(written)) {
      const absl::Status gone = co_await SyncCutBack();
      if (!gone.ok()) written = gone;
    }
  }
  FinishGroup(written);
}

void Log::FinishGroup(const absl::Status& status) {
  if (!status.ok()) {
    health_.Note(status, loop_.Now());
    for (PendingAppend* append : group_) {
      Complete(*append, append->result_.ok() ? status : append->result_.status());
    }
    return;
  }
  if (!group_pieces_.empty()) NoteWritten();
  CompleteGroup();
}

// The group's batches are in the log now.
void Log::NoteWritten() {
  NoteProducers();
  offsets_.end = group_facts_.back().last_offset + 1;
  const uint64_t bytes_before = appended_bytes_;
  for (const BatchFacts& batch : group_facts_) appended_bytes_ += batch.size;
  files_.counters().writes.Add(group_facts_.size());
  files_.counters().appended_bytes += appended_bytes_ - bytes_before;
  active().set_modified_ms(loop_.clock().WallMillis());
  Advanced();
}

// Acknowledges what was written, or hands it to the next sync.
void Log::CompleteGroup() {
  for (PendingAppend* append : group_) {
    if (!append->result_.ok()) {
      Complete(*append, append->result_.status());
      continue;
    }
    const int64_t unflushed = append->facts_.last_offset + 1 - offsets_.durable;
    if (unflushed >= config_.flush_messages) {
      awaiting_sync_.Push(*append);
    } else {
      Complete(*append, std::move(append->result_));
    }
  }
  StartWriteback();
  if (awaiting_sync_.empty()) {
    NoteUndurable();
    return;
  }
  sync_wanted_ = offsets_.end;
  StartSync();
}

void Log::Complete(PendingAppend& append, absl::StatusOr<Appended> result) {
  append.result_ = std::move(result);
  append.done_ = true;
  if (append.waiter_) loop_.Ready(append.waiter_);
}

void Log::Advanced() {
  VARVE_CHECK(offsets_.durable <= offsets_.end, "durable {} passed end {} of {}", offsets_.durable,
              offsets_.end, directory_);
  if (listener_ != nullptr) listener_->OnAdvance(*this);
}

void Log::AdvanceHighWatermark(int64_t offset) {
  VARVE_CHECK(offset <= offsets_.end, "high watermark {} passed end {} of {}", offset, offsets_.end,
              directory_);
  if (offset <= offsets_.high_watermark) return;
  offsets_.high_watermark = offset;
  RefreshLastStable();
}

io::Task<absl::Status> Log::Roll(int64_t base_offset) {
  auto segment = std::make_shared<Segment>(files_, directory_, base_offset);
  CO_RETURN_IF_ERROR(co_await active().Finish());
  CO_RETURN_IF_ERROR(co_await segment->Create(loop_.clock().WallMillis()));
  segments_[base_offset] = std::move(segment);
  SegmentsChanged();
  jitter_ms_ = DrawJitter(loop_.random(), config_);
  roll_first_ = false;
  directory_dirty_ = true;
  PrepareSnapshot();
  sync_wanted_ = std::max(sync_wanted_, base_offset);
  StartSync();  // the closed segment, beside the appends to the new one
  co_return absl::OkStatus();
}

io::Task<absl::Status> Log::BeginEpoch(int32_t epoch) {
  const Inside inside(gate_);
  if (!inside.ok()) co_return Closing();
  co_await writer_.Take();  // no batch is on its way that carries the old epoch
  absl::Status begun = co_await StoreEpoch(epoch);
  writer_.Give();
  co_return begun;
}

io::Task<absl::Status> Log::StoreEpoch(int32_t epoch) {
  LeaderEpochs epochs = epochs_;
  if (epochs.Assign(epoch, offsets_.end)) {
    CO_RETURN_IF_ERROR(co_await WillChange());
    const absl::Status stored = co_await WriteEpochs(files_.disk(), directory_, epochs.entries());
    health_.Note(stored, loop_.Now());
    CO_RETURN_IF_ERROR(stored);
    epochs_ = std::move(epochs);
  }
  leader_epoch_ = epoch;
  co_return absl::OkStatus();
}

uint64_t Log::size_bytes() const {
  return segments_.empty() ? 0 : closed_bytes_ + segments_.rbegin()->second->size();
}

io::Task<absl::Status> Log::Close(bool sync) {
  co_await cleaning_.Pause();  // for good
  co_await gate_.Close();
  if (flusher_ != nullptr) flusher_->Remove(flush_place_);
  if (remover_ != nullptr) {
    co_await remover_->Close();
    directory_dirty_ = true;  // what was removed must not come back to a start that does not look
  }
  if (segments_.empty()) co_return absl::OkStatus();  // closed before
  absl::Status first_error = co_await active().Finish();
  health_.Note(first_error, loop_.Now());
  if (sync && sync_error_.ok()) {
    sync_error_ = co_await SyncForClose();
    NoteSyncError();
  }
  if (sync && sync_error_.ok() && first_error.ok()) {
    first_error = co_await StoreLastSnapshot();
    health_.Note(first_error, loop_.Now());
  }
  if (!sync && sync_error_.ok()) sync_error_ = absl::CancelledError("the log was closed unsynced");
  CompleteDurable();
  if (first_error.ok() && sync) first_error = sync_error_;
  if (first_error.ok() && sync) as_left_ = Describe();
  segments_.clear();
  co_return first_error;
}

// A log with a damaged stretch is read again, which finds it. So is one with transactions that are
// open, or were aborted; and one with files that should have gone.
std::shared_ptr<const LogAsLeft> Log::Describe() const {
  if (remover_ != nullptr && remover_->left_some()) return nullptr;
  auto left = std::make_shared<LogAsLeft>();
  left->has_producers = !producers_.empty();
  const bool told = !left->has_producers || snapshots_.newest_is(offsets_.end);
  if (!told || producers_.open_transactions() > 0) return nullptr;
  left->snapshots.assign(snapshots_.offsets().begin(), snapshots_.offsets().end());
  for (const auto& [base, segment] : segments_) {
    const bool plain = segment->fences().empty() && segment->txn_index().entries() == 0;
    if (!plain || !segment->indexes_synced()) return nullptr;
    left->segments.push_back(segment->ToAsLeft());
  }
  if (roll_first_ || left->segments.back().next_offset != offsets_.end) return nullptr;
  left->log_start = offsets_.log_start;
  left->high_watermark = offsets_.high_watermark;
  left->end = offsets_.end;
  left->epochs = epochs_.entries();
  return left;
}

io::Task<absl::Status> Log::SyncForClose() {
  // Nothing was written since it was last durable: most logs, at most stops.
  if (offsets_.durable == offsets_.end && !directory_dirty_ && active().indexes_synced()) {
    co_return absl::OkStatus();
  }
  directory_dirty_ = true;  // index files may be new
  sync_wanted_ = offsets_.end;
  CO_RETURN_IF_ERROR(co_await SyncOnce());
  co_return co_await active().SyncIndexes();
}

}  // namespace varve::log
