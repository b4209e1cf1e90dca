#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/producer_replay.h"
#include "engine/log/recoverer.h"

namespace varve::log {
namespace {

constexpr size_t kScanBufferBytes = 1 << 18;  // stays in a core's cache until its checksum is made
constexpr uint64_t kYieldEveryBytes = 4 << 20;

}  // namespace

// Whether a batch may stand behind those that were accepted. The base offset is outside the
// checksum, so a sound batch alone says little.
bool Recoverer::Follows(const Scanned& scanned, int64_t next_base) {
  const record::BatchView batch = scanned.view();
  const int64_t offset_max = active().base_offset() + std::numeric_limits<int32_t>::max();
  return batch.base_offset() >= active().next_offset() && batch.last_offset_delta() >= 0 &&
         batch.last_offset() < next_base && batch.last_offset() <= offset_max;
}

// A tear may leave nothing of a batch but its epoch unwritten. Very old batches have none.
bool Recoverer::EpochFits(const Scanned& scanned) const {
  const record::BatchView batch = scanned.view();
  const int32_t epoch = batch.leader_epoch();
  return epoch < 0 || epoch >= result_.epochs.EpochAt(batch.base_offset());
}

void Recoverer::Accept(const Scanned& scanned) {
  const record::BatchView batch = scanned.view();
  active().NoteBatch(StoredFacts(batch), arguments_.config);
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
  CO_RETURN_IF_ERROR(co_await BringProducersTo(segment.base_offset()));
  CO_RETURN_IF_ERROR(co_await KeepProducersAt(segment.base_offset()));
  segment.SetLoaded({0, segment.base_offset(), record::kNoTimestamp, loaded.created_ms});
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await segment.log_file().Open());
  BatchScanner scanner(file, 0, loaded.size,
                       BatchScanner::Options{.check_crc = true, .buffer_bytes = kScanBufferBytes});
  uint64_t yield_at = kYieldEveryBytes;
  for (;;) {
    Scanned scanned;
    if (!scanner.TryNext(scanned)) {
      CO_ASSIGN_OR_RETURN(scanned, co_await scanner.Next());
    }
    if (scanned.kind == Scanned::Kind::kBatch && !Follows(scanned, next_base)) {
      report().Note(Row::kOffsetsFallBack);
      scanned.kind = Scanned::Kind::kBroken;
    }
    if (scanned.kind == Scanned::Kind::kBatch && !EpochFits(scanned)) {
      report().Note(Row::kEpochsFallBack);
      scanned.kind = Scanned::Kind::kBroken;
    }
    if (scanned.kind == Scanned::Kind::kBatch) {
      Accept(scanned);
      if (scanned.view().has_producer_id()) {
        auto batch = ProducerBatchOf(scanned.view(), std::nullopt);
        if (scanned.view().is_control()) {
          CO_ASSIGN_OR_RETURN(batch, co_await ReadProducerBatch(file, scanned));
        }
        if (batch) NoteProducer(*batch);
      }
    } else {
      const Span span{loaded.size, next_base};
      CO_ASSIGN_OR_RETURN(const bool goes_on, co_await HandleEnd(scanner, scanned, span));
      if (!goes_on) break;
    }
    if (scanner.position() >= yield_at) {
      yield_at = scanner.position() + kYieldEveryBytes;
      co_await io::Yield{loop_};
    }
  }
  producers_to_ = segment.next_offset();
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<uint64_t>> Recoverer::SoundBatchAfter(uint64_t position,
                                                              uint64_t file_bytes) {
  CO_ASSIGN_OR_RETURN(io::FileRef file, co_await active().log_file().Open());
  co_return co_await FindNextBatch(std::move(file), position, file_bytes, active().next_offset());
}

io::Task<absl::StatusOr<Fence>> Recoverer::MakeFence(const Scanned& scanned,
                                                     uint64_t sound_position, Span span) {
  Fence fence{scanned.position, sound_position, active().next_offset(), span.next_base};
  if (sound_position < span.file_bytes) {
    CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await active().log_file().Open());
    BatchScanner scanner(file, sound_position, span.file_bytes, BatchScanner::Options{});
    CO_ASSIGN_OR_RETURN(const Scanned sound, co_await scanner.Next());
    fence.end_offset = sound.view().base_offset();
  } else if (span.next_base == kNoNext) {
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

EndFacts Recoverer::FactsOf(const Scanned& scanned, const Span& span) {
  EndFacts facts;
  facts.stop = arguments_.stop;
  facts.kind = scanned.kind;
  facts.last_segment = span.next_base == kNoNext;
  facts.below_recovery_point = active().next_offset() < arguments_.recovery_point;
  facts.offsets_missing = !facts.last_segment && active().next_offset() < span.next_base;
  return facts;
}

// Carries out what the table says about the place where the batches end or break off. True if
// the scan goes on behind it.
io::Task<absl::StatusOr<bool>> Recoverer::HandleEnd(BatchScanner& scanner, const Scanned& scanned,
                                                    Span span) {
  Segment& segment = active();
  EndFacts facts = FactsOf(scanned, span);
  uint64_t sound = span.file_bytes;
  if (AsksForSoundBatch(facts)) {
    CO_ASSIGN_OR_RETURN(sound, co_await SoundBatchAfter(scanned.position + 1, span.file_bytes));
    facts.sound_batch_follows = sound < span.file_bytes;
  }
  const EndDecision decision = DecideEnd(facts);
  report().Note(decision.row);
  report().may_have_lost_tail |= decision.may_have_lost_tail;
  if (decision.action == EndAction::kKeep) co_return false;
  Tell("{}, position {}, offset {}: {}", segment.log_file().path(), scanned.position,
       segment.next_offset(), StateOf(decision.row));
  if (decision.action == EndAction::kFence) {
    CO_ASSIGN_OR_RETURN(const Fence fence, co_await MakeFence(scanned, sound, span));
    segment.SkipFence(fence);
    scanner.SkipTo(sound);
    co_return facts.sound_batch_follows;
  }
  dropped_ = decision.action == EndAction::kDrop;
  if (scanned.position == span.file_bytes) co_return false;
  CO_RETURN_IF_ERROR(co_await segment.TruncateLog(scanned.position));
  co_return false;
}

}  // namespace varve::log
