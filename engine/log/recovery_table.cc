#include "engine/log/recovery_table.h"

#include "engine/base/check.h"

namespace varve::log {
namespace {

using Kind = Scanned::Kind;

constexpr std::array<RowText, kRowCount> kTable{{
    {Row::kCleanEnd, "clean stop, the last segment ends with a whole batch", "trusted, not read",
     "the marker was written after everything else was durable"},
    {Row::kCleanTail, "clean stop, bytes follow the last whole batch",
     "cut; a new leader epoch begins",
     "nothing of ours leaves this: the file was changed from outside, and may have lost batches"},
    {Row::kSoundEnd, "no clean stop, everything above the recovery point is sound",
     "kept and synced; after a machine stop a new leader epoch begins",
     "a machine stop may have taken whole batches from the end without a trace"},
    {Row::kTornAppend, "process stop, the last segment ends inside a batch", "cut",
     "only the append in flight can be torn, and nobody was told of it"},
    {Row::kZeroTail, "zeros follow the last batch",
     "cut; after a machine stop a new leader epoch begins",
     "space set aside, or a size that reached the disk before its data"},
    {Row::kLostTail, "machine stop, the first unsound or missing batch above the recovery point",
     "cut there; a new leader epoch begins",
     "what follows was never promised to survive, and a prefix is the promise"},
    {Row::kAfterLostTail, "segments behind a cut", "removed", "a log has no holes"},
    {Row::kDamagedStretch, "an unsound batch that no stop explains, sound batches behind it",
     "fenced: not served, not removed; its offsets stay taken",
     "the disk or somebody else did this: silence would hide it, cutting would destroy the rest"},
    {Row::kDamagedEnd, "an unsound batch that no stop explains, nothing sound behind it",
     "fenced; a new segment and a new leader epoch begin behind it",
     "how many offsets are lost cannot be known"},
    {Row::kEndBelowRecoveryPoint, "the log ends before its recovery point",
     "kept as it is, reported; a new leader epoch begins", "durable batches are gone"},
    {Row::kEndBelowLogStart, "the log ends before its log start offset",
     "emptied, goes on at the log start offset",
     "everything left had been deleted; offsets must not be used again"},
    {Row::kOffsetsFallBack, "a batch whose offset is not above the one before it",
     "an unsound batch like any other", "the base offset is outside the checksum"},
    {Row::kEpochsFallBack, "a batch of an older leader epoch than its offset belongs to",
     "an unsound batch like any other",
     "the epoch is outside the checksum, and on disk before the first batch that carries it"},
    {Row::kNoSegments, "no .log file", "an empty segment at the log start offset",
     "the directory was made, its first file was not"},
    {Row::kIndexMissing, "a .log without .index or .timeindex", "both are made again",
     "index files are only made when there is an entry"},
    {Row::kIndexUnfit,
     "an index that is no whole number of entries, points outside its .log, or names no times",
     "both are made again", "they say nothing that the .log does not say"},
    {Row::kOrphanIndex, "an index without .log", "removed", "nothing refers to it"},
    {Row::kDeletedFile, "a .deleted file", "removed", "its removal was decided before the stop"},
    {Row::kCleanedFile, "a .cleaned file", "removed", "output that was never finished"},
    {Row::kSwapFile, "a .swap file", "takes the place of what it was made from",
     "complete output; only the exchange was cut short"},
    {Row::kTemporaryFile, "a .tmp file", "removed", "a checkpoint that was never put in place"},
    {Row::kEpochsBeyondEnd, "leader epochs that start behind the end",
     "the latest now starts at the end, the others go",
     "their batches are lost; the latest number must not be used again for others"},
    {Row::kEpochsUnreadable, "a leader epoch checkpoint that cannot be parsed",
     "made again from the batches, all of which are read", "the batches carry their epochs"},
    {Row::kSnapshotUnusable, "a producer snapshot that cannot be parsed",
     "removed; an older one or the batches serve", "it says nothing that the batches do not say"},
    {Row::kSnapshotBeyondEnd, "a producer snapshot behind the end", "removed",
     "what it covers is lost, and other batches will take those offsets"},
    {Row::kProducersReplayed, "batches behind the newest producer snapshot",
     "their headers are read; after a clean stop without any snapshot there are no producers",
     "a snapshot is taken when a segment begins and when a log with producers is closed"},
}};

constexpr bool InOrder() {
  for (size_t i = 0; i < kRowCount; ++i) {
    if (kTable[i].row != static_cast<Row>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

EndDecision Damage(const EndFacts& facts) {
  if (facts.sound_batch_follows || !facts.last_segment) {
    return {Row::kDamagedStretch, EndAction::kFence, false};
  }
  return {Row::kDamagedEnd, EndAction::kFence, true};
}

EndDecision DecideAfterCleanStop(const EndFacts& facts) {
  if (facts.kind == Kind::kEnd) return {Row::kCleanEnd, EndAction::kKeep, false};
  const bool tail = facts.last_segment && !facts.sound_batch_follows &&
                    (facts.kind == Kind::kCutShort || facts.kind == Kind::kZeros);
  if (tail) return {Row::kCleanTail, EndAction::kCut, true};
  return Damage(facts);
}

EndDecision DecideAfterProcessStop(const EndFacts& facts) {
  if (facts.kind == Kind::kEnd) return {Row::kSoundEnd, EndAction::kKeep, false};
  const bool nothing_lost = !facts.below_recovery_point && !facts.offsets_missing;
  if (facts.kind == Kind::kZeros && nothing_lost) return {Row::kZeroTail, EndAction::kCut, false};
  const bool torn = facts.kind == Kind::kCutShort && facts.last_segment &&
                    !facts.below_recovery_point && !facts.sound_batch_follows;
  if (torn) return {Row::kTornAppend, EndAction::kCut, false};
  return Damage(facts);
}

EndDecision DecideAfterMachineStop(const EndFacts& facts) {
  if (facts.kind == Kind::kEnd && (facts.below_recovery_point || !facts.offsets_missing)) {
    return {Row::kSoundEnd, EndAction::kKeep, facts.last_segment};
  }
  if (facts.below_recovery_point) return Damage(facts);
  if (facts.kind == Kind::kZeros) return {Row::kZeroTail, EndAction::kDrop, true};
  return {Row::kLostTail, EndAction::kDrop, true};
}

}  // namespace

const std::array<RowText, kRowCount>& RecoveryTable() { return kTable; }

std::string_view StateOf(Row row) { return kTable[static_cast<size_t>(row)].state; }

bool AsksForSoundBatch(const EndFacts& facts) {
  if (facts.kind == Kind::kEnd || facts.kind == Kind::kZeros) return false;
  return facts.stop != Stop::kMachine || facts.below_recovery_point;
}

EndDecision DecideEnd(const EndFacts& facts) {
  VARVE_CHECK(facts.kind != Kind::kBatch);
  switch (facts.stop) {
    case Stop::kProcess:
      return DecideAfterProcessStop(facts);
    case Stop::kMachine:
      return DecideAfterMachineStop(facts);
    case Stop::kClean:
      break;
  }
  return DecideAfterCleanStop(facts);
}

}  // namespace varve::log
