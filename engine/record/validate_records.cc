#include <fmt/format.h>

#include <algorithm>

#include "engine/record/record.h"
#include "engine/record/validate.h"

namespace varve::record {
namespace {

void Fail(RecordsCheck& check, RecordFault fault, int32_t index, std::string message) {
  check.fault = fault;
  check.message = message;
  check.bad_records.clear();
  check.bad_records.push_back({index, std::move(message)});
}

void FailToOpen(RecordsCheck& check, const absl::Status& status) {
  const bool too_large = absl::IsResourceExhausted(status);
  check.fault = too_large ? RecordFault::kTooLarge : RecordFault::kMalformed;
  check.message = std::string(status.message());
}

void NoteMissingKey(RecordsCheck& check, int32_t index, const RecordLimits& limits) {
  check.fault = RecordFault::kMissingKey;
  if (check.bad_records.size() < limits.bad_records_max) {
    check.bad_records.push_back({index, "no key, which a compacted topic requires"});
  }
}

void NoteTimestamp(RecordsCheck& check, const RecordView& record) {
  const bool first = record.offset_delta == 0;
  if (first || record.timestamp < check.min_timestamp) check.min_timestamp = record.timestamp;
  if (!first && record.timestamp <= check.max_timestamp) return;
  check.max_timestamp = record.timestamp;
  check.max_timestamp_delta = record.offset_delta;
}

}  // namespace

RecordsCheck CheckRecords(BatchView batch, const RecordLimits& limits) {
  RecordsCheck check;
  const auto plain = PlainRecords::Open(batch, limits.decompressed_bytes_max);
  if (!plain.ok()) {
    FailToOpen(check, plain.status());
    return check;
  }
  RecordIterator records(batch, plain->bytes());
  for (RecordView record; records.Next(record);) {
    const int32_t index = records.index() - 1;
    if (record.offset_delta != index) {
      Fail(check, RecordFault::kBadDelta, index,
           fmt::format("record {} has offset delta {}", index, record.offset_delta));
      return check;
    }
    NoteTimestamp(check, record);
    if (limits.key_required && !record.key) NoteMissingKey(check, index, limits);
  }
  if (!records.status().ok()) {
    Fail(check, RecordFault::kMalformed, records.index(), std::string(records.status().message()));
  } else if (check.fault == RecordFault::kMissingKey) {
    check.message = "records without a key, which a compacted topic requires";
  }
  return check;
}

}  // namespace varve::record
