#include "engine/log/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/checkpoint.h"
#include "engine/log/file_names.h"
#include "engine/log/leftovers.h"
#include "engine/log/scanner.h"

namespace varve::log {
namespace {

constexpr int64_t kNoNext = std::numeric_limits<int64_t>::max();
constexpr size_t kScanBufferBytes = 1 << 20;
constexpr uint64_t kYieldEveryBytes = 4 << 20;

// One run over the files of one partition.
class Recoverer {
 public:
  Recoverer(io::Loop& loop, FileCache& files, const OpenArguments& arguments)
      : loop_(loop), files_(files), arguments_(arguments) {}

  io::Task<absl::StatusOr<Recovered>> Run();

 private:
  io::Disk& disk() { return files_.disk(); }
  OpenReport& report() { return result_.report; }
  Segment& active() { return *result_.segments.back(); }
  template <typename... Args>
  void Tell(fmt::format_string<Args...> text, Args&&... args) {
    report().notes.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  io::Task<absl::Status> LoadEpochs();
  io::Task<absl::Status> LoadSegments(const Inventory& inventory);
  io::Task<absl::Status> LoadSegment(const Inventory::Entry& entry, int64_t next_base);
  io::Task<absl::StatusOr<bool>> IndexesFit(Segment& segment, const Inventory::Entry& entry,
                                            uint64_t log_bytes);
  io::Task<absl::Status> LoadFirstTimestamp(Segment::Loaded& loaded);
  io::Task<absl::Status> FindCleanEnd(Segment::Loaded& loaded);
  io::Task<absl::Status> Scan(Segment::Loaded loaded, int64_t next_base);
  void Accept(const Scanned& scanned);
  io::Task<absl::StatusOr<bool>> HandleEnd(BatchScanner& scanner, const Scanned& scanned,
                                           uint64_t file_bytes, int64_t next_base);
  io::Task<absl::StatusOr<uint64_t>> SoundBatchAfter(uint64_t position, uint64_t file_bytes);
  io::Task<absl::StatusOr<Fence>> MakeFence(const Scanned& scanned, uint64_t sound_position,
                                            uint64_t file_bytes, int64_t next_base);
  io::Task<absl::Status> RemoveSegment(const Segment& segment);
  io::Task<absl::Status> StartEmpty(int64_t base_offset);
  io::Task<absl::Status> CheckEnd();
  io::Task<absl::Status> StoreEpochs();
  io::Task<absl::Status> SyncAccepted();

  io::Loop& loop_;
  FileCache& files_;
  const OpenArguments& arguments_;
  Recovered result_;
  std::vector<Segment*> scanned_;
  bool dropped_ = false;  // a cut: what later segments hold goes
  bool directory_changed_ = false;
  bool epochs_changed_ = false;
};

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
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<bool>> Recoverer::IndexesFit(Segment& segment,
                                                     const Inventory::Entry& entry,
                                                     uint64_t log_bytes) {
  if (!entry.has_offset_index || !entry.has_time_index) {
    report().Note(Row::kIndexMissing);
    co_return false;
  }
  const absl::Status loaded = co_await segment.LoadIndexes();
  if (!loaded.ok() && !absl::IsDataLoss(loaded)) co_return loaded;
  const auto& last = segment.offset_index().last();
  const bool inside = !last || (last->position >= 0 && last->relative_offset >= 0 &&
                                static_cast<uint64_t>(int32_t{last->position}) < log_bytes);
  if (loaded.ok() && inside) co_return true;
  report().Note(Row::kIndexUnfit);
  Tell("the indexes of {} do not fit it and are made again", segment.log_file().path());
  co_return false;
}

io::Task<absl::Status> Recoverer::LoadFirstTimestamp(Segment::Loaded& loaded) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
  BatchScanner scanner(file, 0, loaded.size, BatchScanner::Options{.buffer_bytes = 0});
  CO_ASSIGN_OR_RETURN(const Scanned first, co_await scanner.Next());
  if (first.kind == Scanned::Kind::kBatch) loaded.first_timestamp = first.view().max_timestamp();
  co_return absl::OkStatus();
}

// Walks headers from the last index entry to where the log ended when it was closed.
io::Task<absl::Status> Recoverer::FindCleanEnd(Segment::Loaded& loaded) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
  uint64_t from = 0;
  if (const auto& last = active().offset_index().last()) {
    from = static_cast<uint64_t>(int32_t{last->position});
  }
  BatchScanner scanner(file, from, loaded.size, BatchScanner::Options{});
  for (;;) {
    CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
    if (scanned.kind == Scanned::Kind::kEnd) break;
    if (scanned.kind != Scanned::Kind::kBatch) {
      co_return absl::DataLossError("the tail has to be scanned");
    }
    loaded.next_offset = scanned.view().next_offset();
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
  const bool trusted =
      arguments_.stop == Stop::kClean || (!last && next_base <= arguments_.recovery_point);
  if (!trusted) co_return co_await Scan(loaded, next_base);
  CO_ASSIGN_OR_RETURN(const bool fit, co_await IndexesFit(segment, entry, info.size));
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

void Recoverer::Accept(const Scanned& scanned) {
  const record::BatchView batch = scanned.view();
  active().NoteBatch(
      {batch.base_offset(), batch.last_offset(), batch.max_timestamp(), scanned.size},
      arguments_.config);
  if (batch.leader_epoch() > result_.epochs.latest()) {
    epochs_changed_ |= result_.epochs.Assign(batch.leader_epoch(), batch.base_offset());
  }
}

// Reads every batch of the segment that was loaded last, and makes its indexes again.
io::Task<absl::Status> Recoverer::Scan(Segment::Loaded loaded, int64_t next_base) {
  Segment& segment = active();
  scanned_.push_back(&segment);
  report().scanned_bytes += loaded.size;
  directory_changed_ = true;
  CO_RETURN_IF_ERROR(co_await segment.ResetIndexes());
  segment.SetLoaded({0, segment.base_offset(), record::kNoTimestamp, loaded.created_ms});
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await segment.log_file().Open());
  BatchScanner scanner(file, 0, loaded.size,
                       BatchScanner::Options{.check_crc = true, .buffer_bytes = kScanBufferBytes});
  uint64_t yield_at = kYieldEveryBytes;
  for (;;) {
    CO_ASSIGN_OR_RETURN(Scanned scanned, co_await scanner.Next());
    const bool batch = scanned.kind == Scanned::Kind::kBatch;
    const bool in_order = batch && scanned.view().base_offset() >= segment.next_offset() &&
                          scanned.view().last_offset_delta() >= 0 &&
                          scanned.view().last_offset() < next_base;
    if (in_order) {
      Accept(scanned);
    } else {
      if (batch) {
        report().Note(Row::kOffsetsFallBack);
        scanned.kind = Scanned::Kind::kBroken;
      }
      CO_ASSIGN_OR_RETURN(const bool goes_on,
                          co_await HandleEnd(scanner, scanned, loaded.size, next_base));
      if (!goes_on) break;
    }
    if (scanner.position() >= yield_at) {
      yield_at = scanner.position() + kYieldEveryBytes;
      co_await io::Yield{loop_};
    }
  }
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<uint64_t>> Recoverer::SoundBatchAfter(uint64_t position,
                                                              uint64_t file_bytes) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await active().log_file().Open());
  co_return co_await FindNextBatch(std::move(file), position, file_bytes, active().next_offset());
}

io::Task<absl::StatusOr<Fence>> Recoverer::MakeFence(const Scanned& scanned,
                                                     uint64_t sound_position, uint64_t file_bytes,
                                                     int64_t next_base) {
  Fence fence{scanned.position, sound_position, active().next_offset(), next_base};
  if (sound_position < file_bytes) {
    CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
    BatchScanner scanner(file, sound_position, file_bytes, BatchScanner::Options{});
    CO_ASSIGN_OR_RETURN(const Scanned sound, co_await scanner.Next());
    fence.end_offset = sound.view().base_offset();
  } else if (next_base == kNoNext) {
    // Nobody knows how many offsets were here: at least those that somebody was told of.
    fence.end_offset =
        std::max({fence.start_offset + 1, arguments_.recovery_point, arguments_.high_watermark});
    if (scanned.kind == Scanned::Kind::kBadCrc &&
        scanned.view().base_offset() == fence.start_offset &&
        scanned.view().last_offset_delta() >= 0) {
      fence.end_offset = std::max(fence.end_offset, scanned.view().next_offset());
    }
    result_.roll_first = true;
  }
  co_return fence;
}

// Carries out what the table says about the place where the batches end or break off. True if
// the scan goes on behind it.
io::Task<absl::StatusOr<bool>> Recoverer::HandleEnd(BatchScanner& scanner, const Scanned& scanned,
                                                    uint64_t file_bytes, int64_t next_base) {
  Segment& segment = active();
  EndFacts facts;
  facts.stop = arguments_.stop;
  facts.kind = scanned.kind;
  facts.last_segment = next_base == kNoNext;
  facts.below_recovery_point = segment.next_offset() < arguments_.recovery_point;
  uint64_t sound = file_bytes;
  if (scanned.kind != Scanned::Kind::kEnd && scanned.kind != Scanned::Kind::kZeros) {
    CO_ASSIGN_OR_RETURN(sound, co_await SoundBatchAfter(scanned.position + 1, file_bytes));
    facts.sound_batch_follows = sound < file_bytes;
  }
  const EndDecision decision = DecideEnd(facts);
  report().Note(decision.row);
  report().may_have_lost_tail |= decision.may_have_lost_tail;
  if (decision.action == EndAction::kKeep) co_return false;
  Tell("{}, position {}, offset {}: {}", segment.log_file().path(), scanned.position,
       segment.next_offset(), StateOf(decision.row));
  if (decision.action == EndAction::kFence) {
    CO_ASSIGN_OR_RETURN(const Fence fence,
                        co_await MakeFence(scanned, sound, file_bytes, next_base));
    segment.SkipFence(fence);
    scanner.SkipTo(sound);
    co_return facts.sound_batch_follows;
  }
  dropped_ = decision.action == EndAction::kDrop;
  CO_RETURN_IF_ERROR(co_await segment.TruncateLog(scanned.position));
  co_return false;
}

io::Task<absl::Status> Recoverer::RemoveSegment(const Segment& segment) {
  directory_changed_ = true;
  for (const std::string& path : segment.Paths()) {
    const absl::Status removed = co_await disk().Remove(path);
    if (!removed.ok() && !absl::IsNotFound(removed)) co_return removed;
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Recoverer::StartEmpty(int64_t base_offset) {
  directory_changed_ = true;
  for (const auto& segment : result_.segments) {
    CO_RETURN_IF_ERROR(co_await RemoveSegment(*segment));
  }
  scanned_.clear();
  result_.segments.clear();
  result_.segments.push_back(std::make_unique<Segment>(files_, arguments_.directory, base_offset));
  co_return co_await active().Create(loop_.clock().WallMillis());
}

io::Task<absl::Status> Recoverer::CheckEnd() {
  if (result_.segments.empty()) {
    report().Note(Row::kNoSegments);
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
  const bool beyond = result_.epochs.TruncateFromEnd(result_.end);
  if (beyond) report().Note(Row::kEpochsBeyondEnd);
  const bool before = result_.epochs.TruncateFromStart(result_.log_start);
  if (!beyond && !before && !epochs_changed_) co_return absl::OkStatus();
  const std::string text = FormatEpochs(result_.epochs.entries());
  co_return co_await io::ReplaceFile(
      disk(), fmt::format("{}/{}", arguments_.directory, kEpochsName), AsBytes(text));
}

io::Task<absl::Status> Recoverer::SyncAccepted() {
  for (Segment* segment : scanned_) {
    CO_RETURN_IF_ERROR(co_await segment->SyncLog());
    if (segment == &active()) continue;
    CO_RETURN_IF_ERROR(co_await segment->Finish());
    CO_RETURN_IF_ERROR(co_await segment->SyncIndexes());
  }
  if (directory_changed_) CO_RETURN_IF_ERROR(co_await disk().SyncDirectory(arguments_.directory));
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<Recovered>> Recoverer::Run() {
  CO_ASSIGN_OR_RETURN(const Inventory inventory,
                      co_await ClearLeftovers(disk(), arguments_.directory, report()));
  CO_RETURN_IF_ERROR(co_await LoadEpochs());
  CO_RETURN_IF_ERROR(co_await LoadSegments(inventory));
  CO_RETURN_IF_ERROR(co_await CheckEnd());
  CO_RETURN_IF_ERROR(co_await StoreEpochs());
  CO_RETURN_IF_ERROR(co_await SyncAccepted());
  co_return std::move(result_);
}

}  // namespace

io::Task<absl::StatusOr<Recovered>> Recover(io::Loop& loop, FileCache& files,
                                            const OpenArguments& arguments) {
  Recoverer recoverer(loop, files, arguments);
  co_return co_await recoverer.Run();
}

}  // namespace varve::log
