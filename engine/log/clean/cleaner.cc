#include "engine/log/clean/cleaner.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/pool.h"

namespace varve::log {
namespace {

constexpr size_t kChunkBytesMin = 4096;
// What may be spent, of the memory for keys, on knowing what they replaced: a bit an offset.
constexpr uint64_t kSupersededShare = 32;

std::unique_ptr<KeyMap> MakeMap(const Dirty& dirty, const CleanerOptions& options) {
  // There are no more keys than offsets.
  const auto offsets = static_cast<uint64_t>(dirty.first_uncleanable - dirty.first_dirty);
  const uint64_t wanted = KeyMap::BytesFor(offsets, options.map_load_factor);
  Superseded superseded(dirty.first_dirty, offsets,
                        std::min(wanted, options.map_bytes_max) / kSupersededShare);
  const uint64_t bytes = std::min(wanted, options.map_bytes_max - superseded.bytes());
  return std::make_unique<KeyMap>(bytes, options.map_load_factor, std::move(superseded));
}

}  // namespace

Cleaner::Cleaner(io::Loop& loop, FileCache& files, Log& log, const CleanerOptions& options,
                 Throttle& throttle)
    : loop_(loop),
      files_(files),
      log_(log),
      options_(options),
      chunk_bytes_(std::max(options.io_buffer_bytes / ChunkReader::kBuffers, kChunkBytesMin)),
      throttle_(throttle) {}

// After each piece of work: waits as the throttle says, and tells whether to go on.
io::Task<absl::Status> Cleaner::Pace(uint64_t bytes) {
  io::Event& stop = log_.cleaning().stop();
  co_await throttle_.Used(bytes, stop);
  if (!stop.is_set() && log_.config().cleanup_compact) co_return absl::OkStatus();
  co_return absl::CancelledError(fmt::format("cleaning {} was called off", log_.directory()));
}

absl::Status Cleaner::CheckSources() const {
  for (const Log::ClosedSegment& source : sources_) {
    if (source.segment->fences().empty()) continue;
    const Fence& fence = source.segment->fences().front();
    return absl::DataLossError(fmt::format("offsets {} to {} of {} are damaged", fence.start_offset,
                                           fence.end_offset, source.segment->log_file().path()));
  }
  return absl::OkStatus();
}

io::Task<absl::StatusOr<CleanerReport>> Cleaner::Run(Dirty dirty, CleanerInputs inputs) {
  dirty_ = dirty;
  inputs_ = std::move(inputs);
  report_.first_dirty = report_.cleaned_up_to = dirty.first_dirty;
  sources_ = log_.closed_segments();
  std::erase_if(sources_, [&](const Log::ClosedSegment& source) {
    return source.segment->base_offset() >= dirty.first_uncleanable;
  });
  CO_RETURN_IF_ERROR(CheckSources());
  if (dirty.first_dirty >= dirty.first_uncleanable) co_return report_;
  absl::Status done = co_await MapDirty();
  if (done.ok()) done = co_await CleanGroups();
  auto free = [&] { keys_.reset(); };  // hands back many pages
  co_await io::Offload(loop_, free);
  const bool left =
      std::any_of(sources_.begin() + static_cast<ptrdiff_t>(exchanged_), sources_.end(),
                  [](const Log::ClosedSegment& source) { return source.segment->removed(); });
  // What was read of a segment that has left says nothing.
  if (!done.ok() && left && !absl::IsCancelled(done)) {
    done = absl::AbortedError(fmt::format("{}: {}", log_.directory(), std::string(done.message())));
  }
  CO_RETURN_IF_ERROR(done);
  report_.cleaned_up_to = progress_.next_offset;
  co_return report_;
}

io::Task<absl::Status> Cleaner::MapDirty() {
  auto make = [&] { keys_ = MakeMap(dirty_, options_); };
  co_await io::Offload(loop_, make);
  report_.map_bytes = keys_->bytes();
  transactions_ = std::make_unique<TransactionWalk>(inputs_.aborted);
  progress_.next_offset = dirty_.first_dirty;
  for (const Log::ClosedSegment& source : sources_) {
    if (source.end_offset <= dirty_.first_dirty || progress_.full) continue;
    CO_RETURN_IF_ERROR(co_await MapSegment(source));
  }
  report_.keys = keys_->size();
  co_return absl::OkStatus();
}

io::Task<absl::Status> Cleaner::MapSegment(const Log::ClosedSegment& source) {
  ChunkReader reader(source.segment, chunk_bytes_);
  CO_RETURN_IF_ERROR(co_await reader.SeekTo(dirty_.first_dirty));
  BatchSpan span{source.segment->base_offset(), source.end_offset};
  auto map = [&](Conveyor::Item& item) {
    item.status = MapKeys(item.chunk, dirty_.first_dirty, span, *transactions_, *keys_, progress_);
    item.is_last = progress_.full;
  };
  Conveyor conveyor(loop_, reader, map);
  const absl::Status mapped = co_await TakeMapped(conveyor);
  co_await conveyor.Close();
  if (mapped.ok() && !progress_.full) progress_.next_offset = source.end_offset;
  co_return mapped;
}

io::Task<absl::Status> Cleaner::TakeMapped(Conveyor& conveyor) {
  for (bool full = false; !full;) {
    CO_ASSIGN_OR_RETURN(const Conveyor::ItemRef item, co_await conveyor.Next());
    if (item == nullptr) break;
    full = item->is_last;
    report_.bytes_read += item->chunk.size();
    CO_RETURN_IF_ERROR(co_await Pace(item->chunk.size()));
  }
  co_return absl::OkStatus();
}

std::vector<Group> Cleaner::MakeGroups() const {
  std::vector<SourceFacts> facts;
  for (const Log::ClosedSegment& source : sources_) {
    const Segment& segment = *source.segment;
    facts.push_back({segment.base_offset(), source.end_offset, segment.size(),
                     segment.offset_index().entries() * sizeof(OffsetIndexEntry),
                     segment.time_index().entries() * sizeof(TimeIndexEntry)});
  }
  const Config& config = log_.config();
  const GroupLimits limits{static_cast<uint64_t>(std::min(config.segment_bytes, kSegmentBytesMax)),
                           static_cast<uint64_t>(config.segment_index_bytes)};
  return GroupSources(facts, limits);
}

// Everything up to where the map ends, what was clean before, too: newer keys undo its records.
io::Task<absl::Status> Cleaner::CleanGroups() {
  std::erase_if(sources_, [&](const Log::ClosedSegment& source) {
    return source.segment->base_offset() >= progress_.next_offset;
  });
  const std::vector<Group> groups = MakeGroups();
  for (const Group& group : groups) {
    ends_.push_back(sources_[group.first + group.count - 1].end_offset);
  }
  transactions_ = std::make_unique<TransactionWalk>(std::move(inputs_.aborted));
  rules_ = {.keys = keys_.get(),
            .map_end = progress_.next_offset,
            .ends = ends_,
            .producers = &inputs_.producers,
            .now_ms = loop_.clock().WallMillis(),
            .delete_retention_ms = log_.config().delete_retention_ms};
  report_.segments_before = sources_.size();
  report_.segments_after = groups.size();
  for (const Group& group : groups) CO_RETURN_IF_ERROR(co_await CleanGroup(group));
  co_return absl::OkStatus();
}

io::Task<absl::Status> Cleaner::CleanGroup(Group group) {
  const int64_t base = sources_[group.first].segment->base_offset();
  auto output = std::make_shared<Segment>(files_, log_.directory(), base, FileState::kCleaned);
  CO_RETURN_IF_ERROR(co_await log_.WillChange());
  CO_RETURN_IF_ERROR(co_await log_.DropOutput(*output));  // of an attempt that failed
  changed_ = group.count > 1;
  absl::Status status = co_await WriteGroup(group, *output);
  const bool replace = status.ok() && changed_;
  if (replace) status = co_await Finish(*output);
  if (replace && status.ok()) co_return co_await Replace(group, std::move(output));
  const absl::Status dropped = co_await log_.DropOutput(*output);
  co_return status.ok() ? dropped : status;
}

io::Task<absl::Status> Cleaner::WriteGroup(Group group, Segment& output) {
  const Segment& last = *sources_[group.first + group.count - 1].segment;
  CO_ASSIGN_OR_RETURN(const io::FileInfo info,
                      co_await files_.disk().Stat(last.PathOf(FileKind::kLog, FileState::kPlain)));
  CO_RETURN_IF_ERROR(co_await output.Create(info.modified_ms));
  CO_ASSIGN_OR_RETURN(std::set<int64_t> open,
                      co_await log_.TransactionsOpenAt(output.base_offset()));
  transactions_->NeedNextMarkersOf(std::move(open));
  for (size_t i = group.first; i < group.first + group.count; ++i) {
    CO_RETURN_IF_ERROR(co_await WriteSource(sources_[i], output));
  }
  // The aborted transactions of which something is left.
  for (const TxnIndexEntry& aborted : transactions_->TakeKept()) output.NoteAborted(aborted);
  co_return absl::OkStatus();
}

io::Task<absl::Status> Cleaner::WriteSource(const Log::ClosedSegment& source, Segment& output) {
  ChunkReader reader(source.segment, chunk_bytes_);
  BatchSpan span{source.segment->base_offset(), source.end_offset};
  auto rewrite = [&](Conveyor::Item& item) {
    item.status = RewriteChunk(item.chunk, span, *transactions_, rules_, item.made);
  };
  Conveyor conveyor(loop_, reader, rewrite);
  const absl::Status written = co_await WriteRewritten(conveyor, output);
  co_await conveyor.Close();
  CO_RETURN_IF_ERROR(written);
  // One that left the log while it was read may have been another's file at the end.
  if (!source.segment->removed()) co_return absl::OkStatus();
  co_return absl::AbortedError(
      fmt::format("segment {} has left {}", source.segment->base_offset(), log_.directory()));
}

io::Task<absl::Status> Cleaner::WriteRewritten(Conveyor& conveyor, Segment& output) {
  for (;;) {
    CO_ASSIGN_OR_RETURN(const Conveyor::ItemRef item, co_await conveyor.Next());
    if (item == nullptr) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(co_await WriteOutput(item->made, output));
    report_.bytes_read += item->chunk.size();
    CO_RETURN_IF_ERROR(co_await Pace(item->chunk.size() + item->made.bytes));
  }
}

io::Task<absl::Status> Cleaner::WriteOutput(const Output& made, Segment& output) {
  changed_ |= made.changed;
  if (made.facts.empty()) co_return absl::OkStatus();
  if (output.size() + made.bytes > static_cast<uint64_t>(kSegmentBytesMax)) {
    co_return absl::ResourceExhaustedError(fmt::format("cleaned, {} would be larger than {} bytes",
                                                       log_.directory(), kSegmentBytesMax));
  }
  CO_RETURN_IF_ERROR(co_await output.Append(made.pieces, made.facts, log_.config()));
  report_.bytes_written += made.bytes;
  co_return absl::OkStatus();
}

// Everything is durable before it gets the name of complete output.
io::Task<absl::Status> Cleaner::Finish(Segment& output) {
  CO_RETURN_IF_ERROR(co_await output.Finish());
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await output.log_file().Open());
  CO_RETURN_IF_ERROR(co_await output.SyncLog());
  CO_RETURN_IF_ERROR(co_await output.SyncIndexes());
  // Retention of segments without timestamps goes by the time of the file.
  CO_RETURN_IF_ERROR(co_await file->SetModified(output.created_ms()));
  co_await file->DropCached();
  co_return co_await Pace(0);
}

io::Task<absl::Status> Cleaner::Replace(Group group, std::shared_ptr<Segment> output) {
  exchanged_ = group.first + group.count;  // that they leave the log from here on is our doing
  std::vector<std::shared_ptr<Segment>> sources;
  for (size_t i = group.first; i < group.first + group.count; ++i) {
    sources.push_back(sources_[i].segment);
  }
  co_return co_await log_.Exchange(std::move(sources), std::move(output));
}

}  // namespace varve::log
