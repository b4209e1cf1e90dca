#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/log/scanner.h"

// Every state that a stop can leave on disk, what is done about it, and why. The decisions are
// pure functions here; recovery.h carries them out and notes which rows it met.
namespace varve::log {

enum class Row : uint8_t {
  // The end of the log, by how the machine and the process stopped.
  kCleanEnd,
  kCleanTail,
  kSoundEnd,
  kTornAppend,
  kZeroTail,
  kLostTail,
  kAfterLostTail,
  // Damage.
  kDamagedStretch,
  kDamagedEnd,
  kEndBelowRecoveryPoint,
  kEndBelowLogStart,
  kOffsetsFallBack,
  kEpochsFallBack,
  // Files of a segment.
  kNoSegments,
  kIndexMissing,
  kIndexUnfit,
  kOrphanIndex,
  kDeletedFile,
  kCleanedFile,
  kSwapFile,
  kTemporaryFile,
  // Files of the partition.
  kEpochsBeyondEnd,
  kEpochsUnreadable,
  kSnapshotUnusable,
  kSnapshotBeyondEnd,
  kProducersReplayed,
  kCount,
};
inline constexpr size_t kRowCount = static_cast<size_t>(Row::kCount);
using Rows = std::bitset<kRowCount>;

struct RowText {
  Row row;
  std::string_view state;
  std::string_view action;
  std::string_view reason;
};
const std::array<RowText, kRowCount>& RecoveryTable();
std::string_view StateOf(Row row);

// How the directory was left.
enum class Stop {
  kClean,    // the clean-shutdown marker was there
  kProcess,  // it was not, and the machine has been up ever since
  kMachine,  // it was not, and the machine was started anew, or nobody knows
};

// What was found where the batches of a segment end, or break off.
struct EndFacts {
  Stop stop = Stop::kProcess;
  Scanned::Kind kind = Scanned::Kind::kEnd;
  bool last_segment = true;
  bool below_recovery_point = false;  // the offset expected here was durable
  bool offsets_missing = false;       // the next segment begins above the offset expected here
  bool sound_batch_follows = false;   // somewhere behind it in this segment
};

enum class EndAction {
  kKeep,   // the segment ends here as it is
  kCut,    // the file is cut here; what later segments hold stays
  kDrop,   // the file is cut here, and all later segments go
  kFence,  // the stretch up to the next sound batch, or the end, is kept but not served
};

struct EndDecision {
  Row row = Row::kSoundEnd;
  EndAction action = EndAction::kKeep;
  // Offsets that somebody may have seen are gone, or may be: a higher leader epoch has to begin.
  bool may_have_lost_tail = false;
};

// Whether the decision depends on sound_batch_follows, which is dear to find out.
bool AsksForSoundBatch(const EndFacts& facts);
EndDecision DecideEnd(const EndFacts& facts);

}  // namespace varve::log
