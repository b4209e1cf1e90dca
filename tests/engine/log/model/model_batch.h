#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"
#include "engine/record/end_marker.h"

namespace varve::log::test {

inline constexpr int32_t kNoKey = -1;

// What is sent as one record, as far as rules look at it.
struct DrawnRecord {
  int64_t timestamp = record::kNoTimestamp;
  int32_t key = kNoKey;
  bool tombstone = false;
};

// A batch before the log has it.
struct DrawnBatch {
  Buffer bytes;
  std::vector<DrawnRecord> records;
};

struct ModelRecord : DrawnRecord {
  bool optional = false;  // a compaction may have taken it
  bool gone = false;      // one has: it must not come back
};

// A batch that a log took. Its records have the offsets from base() on, one each.
class ModelBatch {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  ModelBatch(DrawnBatch drawn, int64_t now_ms, bool was_acknowledged);

  record::BatchView view() const { return record::BatchView(sent); }
  int64_t base() const { return view().base_offset(); }
  int64_t last() const { return view().last_offset(); }
  // As the log shows it.
  Bytes bytes() const { return cleaned.empty() ? Bytes(sent) : Bytes(cleaned); }
  bool is_data() const { return !view().is_control(); }
  bool has_records() const;  // that are not gone

  // Compares it with what the log shows in its place: the same, or what compaction may have left
  // of it, which counts from now on. Text if it is neither.
  std::string Meet(Bytes found);
  // Likewise if the log shows nothing.
  std::string MeetNothing();

  Buffer sent;
  Buffer cleaned{};  // if compaction has made something else of it
  std::vector<ModelRecord> records;
  std::optional<record::EndMarker> marker;
  int64_t came_ms;
  int64_t touched_ms = kNever;  // when compaction may have seen it first
  int64_t retention_ms = 0;     // of its tombstones: the least there was
  bool acknowledged;
  bool absent = false;  // without a trace

 private:
  std::string CheckHeader(record::BatchView found) const;
  std::string CheckRecords(record::BatchView found);
  std::string NoteGone(size_t index);
};

}  // namespace varve::log::test
