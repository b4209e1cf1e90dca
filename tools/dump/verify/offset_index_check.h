#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <optional>

#include "engine/log/sparse_index.h"
#include "tools/dump/batch_walk.h"
#include "tools/dump/entry_cursor.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// A .index beside the batches of its log, both read once, side by side: entries rise, and each
// points to the begin of the batch that ends with its offset. Kafka before 4.0 wrote entries on
// followers and in compaction that name a later offset; lookups work with them, so that is a note.
//
// Lifetime  All references outlive it.
class OffsetIndexCheck {
 public:
  OffsetIndexCheck(const InputFile& file, const SegmentSetting& setting, Findings& findings);

  absl::Status Begin();
  absl::Status OnBatch(const Step& step);
  // Nothing is asked of entries that point into damage.
  absl::Status OnDamage(const Step& step);
  // After the last batch, which ends at `end`.
  absl::Status Finish(uint64_t end);

 private:
  absl::Status Advance();
  bool Rises(const log::OffsetIndexEntry& entry);
  void Compare(const Step& step);
  absl::Status SkipBelow(uint64_t position, bool tell);
  int64_t offset() const { return setting_.base_offset + int32_t{entry_.relative_offset}; }
  uint64_t position() const { return static_cast<uint64_t>(int32_t{entry_.position}); }
  void EndRun();

  EntryCursor<log::OffsetIndexEntry> cursor_;
  const SegmentSetting& setting_;
  Findings& findings_;
  uint64_t used_ = 0;  // entries that are no padding
  bool there_ = false;
  log::OffsetIndexEntry entry_{};
  std::optional<log::OffsetIndexEntry> last_{};  // the last one that rose
  // Entries that do not rise, one after the other.
  uint64_t run_position_ = 0;
  uint64_t run_entries_ = 0;
};

}  // namespace varve::dump
