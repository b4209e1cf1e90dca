#include "engine/log/time_search.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/record/record.h"
#include "engine/record/validate.h"

namespace varve::log {

absl::StatusOr<std::optional<TimestampOffset>> FirstRecordAtLeast(Bytes bytes, int64_t timestamp_ms,
                                                                  OffsetSpan wanted) {
  constexpr size_t kPlainBytesMin = 16 << 20;
  const record::BatchView batch(bytes);
  const size_t plain_max = std::max(kPlainBytesMin, bytes.size() * record::kExpansionMax);
  ASSIGN_OR_RETURN(const auto plain, record::PlainRecords::Open(batch, plain_max));
  record::RecordIterator records(batch, plain.bytes());
  for (record::RecordView record; records.Next(record);) {
    if (record.offset >= wanted.limit) break;
    if (record.offset < wanted.start) continue;
    if (record.timestamp >= timestamp_ms) return TimestampOffset{record.timestamp, record.offset};
  }
  RETURN_IF_ERROR(records.status());
  return std::optional<TimestampOffset>();
}

}  // namespace varve::log
