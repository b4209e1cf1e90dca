#include "engine/log/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/change_marks.h"
#include "engine/log/checkpoint.h"
#include "engine/log/file_names.h"
#include "engine/log/manifest.h"
#include "engine/log/recoverer.h"

namespace varve::log {
namespace {

// Whether the last entry of an index names an offset that its segment may hold.
template <typename Entry>
bool OffsetFits(const std::optional<Entry>& last, int64_t base_offset, int64_t next_base) {
  if (!last) return true;
  return last->relative_offset >= 0 && base_offset + int32_t{last->relative_offset} < next_base;
}

bool Fits(const std::optional<TxnIndexEntry>& last, int64_t base_offset, int64_t next_base) {
  return !last || (last->version == kTxnIndexVersion && last->last_offset >= base_offset &&
                   last->last_offset < next_base);
}

}  // namespace

io::Task<absl::Status> Recoverer::LoadEpochs() {
  const std::string path = fmt::format("{}/{}", arguments_.directory, kEpochsName);
  CO_ASSIGN_OR_RETURN(const std::string text, co_await ReadText(disk(), path));
  auto entries = ParseEpochs(text);
  if (entries.ok()) {
    result_.epochs = LeaderEpochs(*std::move(entries));
    co_return absl::OkStatus();
  }
  report().Note(Row::kEpochsUnreadable);
  Tell("{}: {}", path, std::string(entries.status().message()));
  epochs_changed_ = true;
  epochs_unreadable_ = true;
  co_return absl::OkStatus();
}

// Whether the segment's batches need not be read. A recovery point equal to the next segment's
// base says that they are durable, but not yet that the indexes are.
bool Recoverer::Trusts(int64_t next_base) const {
  if (epochs_unreadable_) return false;
  return arguments_.stop == Stop::kClean || next_base < arguments_.recovery_point;
}

io::Task<absl::StatusOr<bool>> Recoverer::IndexesFit(Segment& segment,
                                                     const Inventory::Entry& entry,
                                                     uint64_t log_bytes, int64_t next_base) {
  if (!entry.has_offset_index || !entry.has_time_index) {
    report().Note(Row::kIndexMissing);
    co_return false;
  }
  const absl::Status loaded = co_await segment.LoadIndexes(entry.has_txn_index);
  if (!loaded.ok() && !absl::IsDataLoss(loaded)) co_return loaded;
  const auto& last = segment.offset_index().last();
  const auto& last_time = segment.time_index().last();
  const bool inside =
      !last || (last->position >= 0 && static_cast<uint64_t>(int32_t{last->position}) < log_bytes);
  const bool fit = loaded.ok() && inside && OffsetFits(last, segment.base_offset(), next_base) &&
                   OffsetFits(last_time, segment.base_offset(), next_base) &&
                   Fits(segment.txn_index().last(), segment.base_offset(), next_base) &&
                   (last_time || log_bytes == 0);  // closing a segment adds an entry
  if (fit) co_return true;
  // Compaction may have left nothing but headers, which have no times.
  constexpr uint64_t kHeadersOnlyBytesMax = 65536;
  if (loaded.ok() && !last && !last_time && log_bytes <= kHeadersOnlyBytesMax) co_return false;
  report().Note(Row::kIndexUnfit);
  Tell("the indexes of {} do not fit it and are made again", segment.log_file().path());
  co_return false;
}

io::Task<absl::Status> Recoverer::LoadFirstTimestamp(Segment::Loaded& loaded) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
  BatchScanner scanner(file, 0, loaded.size, BatchScanner::Options{.buffer_bytes = 0});
  CO_ASSIGN_OR_RETURN(const Scanned first, co_await scanner.Next());
  if (first.kind == Scanned::Kind::kBatch) loaded.first_timestamp = TimeOf(first.view());
  co_return absl::OkStatus();
}

// Walks headers from the last index entry to where the log ended when it was closed. DataLoss: it
// does not end there, or the indexes say what the batches do not.
io::Task<absl::Status> Recoverer::FindCleanEnd(Segment::Loaded& loaded) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
  const auto& last = active().offset_index().last();
  const int64_t base = active().base_offset();
  const uint64_t from = last ? static_cast<uint64_t>(int32_t{last->position}) : 0;
  BatchScanner scanner(file, from, loaded.size, BatchScanner::Options{});
  for (;;) {
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind == Scanned::Kind::kEnd) break;
    const bool first = scanned.position == from;
    if (scanned.kind != Scanned::Kind::kBatch ||
        scanned.view().base_offset() < loaded.next_offset ||
        (first && last && scanned.view().last_offset() > base + int32_t{last->relative_offset})) {
      co_return absl::DataLossError("the tail has to be scanned");
    }
    loaded.next_offset = scanned.view().next_offset();
  }
  if (!OffsetFits(last, base, loaded.next_offset) ||
      !OffsetFits(active().time_index().last(), base, loaded.next_offset) ||
      !Fits(active().txn_index().last(), base, loaded.next_offset)) {
    co_return absl::DataLossError("the indexes go beyond the end");
  }
  report().Note(Row::kCleanEnd);
  co_return absl::OkStatus();
}

io::Task<absl::Status> Recoverer::LoadSegment(const Inventory::Entry& entry, int64_t next_base) {
  auto owned = std::make_unique<Segment>(files_, arguments_.directory, entry.base_offset);
  Segment& segment = *owned;
  CO_ASSIGN_OR_RETURN(const io::FileInfo info, co_await disk().Stat(segment.log_file().path()));
  if (info.size > kSegmentBytesMax) {
    co_return absl::FailedPreconditionError(
        fmt::format("{} has {} bytes; no segment is larger than {}", segment.log_file().path(),
                    info.size, kSegmentBytesMax));
  }
  result_.segments.push_back(std::move(owned));
  Segment::Loaded loaded{info.size, next_base == kNoNext ? entry.base_offset : next_base,
                         record::kNoTimestamp, info.modified_ms};
  const bool last = next_base == kNoNext;
  if (!Trusts(next_base)) co_return co_await Scan(loaded, next_base);
  CO_ASSIGN_OR_RETURN(const bool fit, co_await IndexesFit(segment, entry, info.size, next_base));
  if (!fit) co_return co_await Scan(loaded, next_base);
  if (last) {
    const absl::Status end = co_await FindCleanEnd(loaded);
    if (absl::IsDataLoss(end)) co_return co_await Scan(loaded, next_base);
    CO_RETURN_IF_ERROR(end);
    CO_RETURN_IF_ERROR(co_await LoadFirstTimestamp(loaded));
  }
  segment.SetLoaded(loaded);
  co_return absl::OkStatus();
}

io::Task<absl::Status> Recoverer::LoadSegments(const Inventory& inventory) {
  for (size_t i = 0; i < inventory.segments.size(); ++i) {
    const Inventory::Entry& entry = inventory.segments[i];
    if (dropped_) {
      report().Note(Row::kAfterLostTail);
      Tell("segment {} lies behind a lost tail and goes", entry.base_offset);
      const Segment behind(files_, arguments_.directory, entry.base_offset);
      CO_RETURN_IF_ERROR(co_await RemoveSegment(behind));
      continue;
    }
    const bool last = i + 1 == inventory.segments.size();
    const int64_t next_base = last ? kNoNext : inventory.segments[i + 1].base_offset;
    CO_RETURN_IF_ERROR(co_await LoadSegment(entry, next_base));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Recoverer::RemoveSegment(const Segment& segment) {
  directory_changed_ = true;
  for (const std::string& path : segment.Paths()) {
    const absl::Status removed = co_await disk().Remove(path);
    if (!removed.ok() && !absl::IsNotFound(removed)) co_return removed;
  }
  co_return absl::OkStatus();
}

// What lies behind goes first, durably: without what was before it, it would look like a whole log.
io::Task<absl::Status> Recoverer::StartEmpty(int64_t base_offset) {
  auto& segments = result_.segments;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (directory_changed_) {
      CO_RETURN_IF_ERROR(co_await disk().SyncDirectory(arguments_.directory));
    }
    CO_RETURN_IF_ERROR(co_await RemoveSegment(**segment));
  }
  directory_changed_ = true;
  scanned_.clear();
  result_.producers = {};
  producers_to_ = base_offset;
  result_.segments.clear();
  result_.segments.push_back(std::make_unique<Segment>(files_, arguments_.directory, base_offset));
  co_return co_await active().Create(loop_.clock().WallMillis());
}

io::Task<absl::Status> Recoverer::CheckEnd() {
  if (result_.segments.empty()) {
    report().Note(Row::kNoSegments);
    // There were some: maybe an earlier start had emptied the log, and was cut short in turn.
    const bool used = arguments_.log_start > 0 || arguments_.recovery_point > 0 ||
                      !result_.epochs.entries().empty();
    report().may_have_lost_tail |= used && arguments_.stop != Stop::kClean;
    CO_RETURN_IF_ERROR(co_await StartEmpty(arguments_.log_start));
  }
  if (active().next_offset() < arguments_.recovery_point) {
    report().Note(Row::kEndBelowRecoveryPoint);
    report().may_have_lost_tail = true;
    Tell("{} ends at offset {}, but was durable up to {}", arguments_.directory,
         active().next_offset(), arguments_.recovery_point);
  }
  if (active().next_offset() < arguments_.log_start) {
    report().Note(Row::kEndBelowLogStart);
    Tell("{} ends at offset {}, before its log start offset {}, and is emptied",
         arguments_.directory, active().next_offset(), arguments_.log_start);
    CO_RETURN_IF_ERROR(co_await StartEmpty(arguments_.log_start));
  }
  result_.end = active().next_offset();
  result_.log_start = std::max(arguments_.log_start, result_.segments.front()->base_offset());
  co_return absl::OkStatus();
}

io::Task<absl::Status> Recoverer::StoreEpochs() {
  LeaderEpochs& epochs = result_.epochs;
  const bool beyond =
      !epochs.entries().empty() && epochs.entries().back().start_offset > result_.end;
  if (beyond) {
    // The number was used, and must not be used again for other batches.
    report().Note(Row::kEpochsBeyondEnd);
    epochs.Assign(epochs.latest(), result_.end);
  }
  // A lower log start may be stored again: see Log::TruncateFully.
  const bool before = epochs.TruncateFromStart(result_.segments.front()->base_offset());
  if (!beyond && !before && !epochs_changed_) co_return absl::OkStatus();
  co_return co_await WriteEpochs(disk(), arguments_.directory, epochs.entries());
}

io::Task<absl::Status> Recoverer::SyncAccepted() {
  for (Segment* segment : scanned_) {
    CO_RETURN_IF_ERROR(co_await segment->SyncLog());
    if (segment == &active()) {
      TxnIndex& index = segment->txn_index();
      if (index.entries() == 0) CO_RETURN_IF_ERROR(co_await index.Reset());
      continue;
    }
    CO_RETURN_IF_ERROR(co_await segment->StoreIndexes());
  }
  if (directory_changed_) CO_RETURN_IF_ERROR(co_await disk().SyncDirectory(arguments_.directory));
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<Recovered>> Recoverer::Run() {
  CO_ASSIGN_OR_RETURN(const Inventory inventory,
                      co_await ClearLeftovers(disk(), arguments_.directory, report()));
  result_.snapshots = SnapshotFiles(arguments_.directory, inventory.snapshots);
  CO_RETURN_IF_ERROR(co_await LoadEpochs());
  CO_RETURN_IF_ERROR(co_await LoadSegments(inventory));
  CO_RETURN_IF_ERROR(co_await CheckEnd());
  CO_RETURN_IF_ERROR(co_await FinishProducers());
  CO_RETURN_IF_ERROR(co_await StoreEpochs());
  CO_RETURN_IF_ERROR(co_await SyncAccepted());
  co_return std::move(result_);
}

namespace {

Recovered Restore(FileCache& files, const OpenArguments& arguments) {
  const std::string& directory = arguments.directory;
  const LogAsLeft& left = *arguments.as_left;
  Recovered restored;
  for (const Segment::AsLeft& segment : left.segments) {
    restored.segments.push_back(std::make_unique<Segment>(files, directory, segment.base_offset));
    restored.segments.back()->Restore(segment);
  }
  restored.epochs = LeaderEpochs(left.epochs);
  restored.snapshots = SnapshotFiles(directory, {left.snapshots.begin(), left.snapshots.end()});
  // That may have moved since, without a change of the files.
  restored.log_start = std::clamp(arguments.log_start, left.log_start, left.end);
  restored.end = left.end;
  return restored;
}

// The producers of a log that is as it was left. DataLoss: their snapshot does not tell.
io::Task<absl::StatusOr<ProducerState>> LoadProducers(io::Loop& loop, io::Disk& disk,
                                                      const OpenArguments& arguments) {
  const std::string path = fmt::format("{}/{}", arguments.directory,
                                       FileName(arguments.as_left->end, FileKind::kSnapshot));
  const auto content = co_await io::ReadFile(disk, path, kProducerSnapshotBytesMax);
  if (absl::IsNotFound(content.status()) || absl::IsResourceExhausted(content.status())) {
    co_return absl::DataLossError(std::string(content.status().message()));
  }
  CO_RETURN_IF_ERROR(content.status());
  CO_ASSIGN_OR_RETURN(const auto entries, ParseProducerSnapshot(*content));
  co_return ProducerState::Restore(entries, loop.clock().WallMillis(),
                                   arguments.config.producer_id_expiration_ms);
}

}  // namespace

io::Task<absl::StatusOr<Recovered>> Recover(io::Loop& loop, FileCache& files,
                                            const OpenArguments& arguments) {
  if (arguments.as_left != nullptr) {
    Recovered restored = Restore(files, arguments);
    if (!arguments.as_left->has_producers) co_return restored;
    auto producers = co_await LoadProducers(loop, files.disk(), arguments);
    if (producers.ok()) {
      restored.producers = *std::move(producers);
      co_return restored;
    }
    if (!absl::IsDataLoss(producers.status())) co_return producers.status();
    // The batches tell as well. From here on files change.
    if (arguments.marks != nullptr) {
      CO_RETURN_IF_ERROR(co_await arguments.marks->Mark(loop, arguments.directory));
    }
  }
  Recoverer recoverer(loop, files, arguments);
  co_return co_await recoverer.Run();
}

}  // namespace varve::log
