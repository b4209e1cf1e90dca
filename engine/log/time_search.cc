#include "engine/log/time_search.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/record/record.h"
#include "engine/record/validate.h"

namespace varve::log {
namespace {

// Shows the wanted records of a batch to `visit`, until it returns false.
template <typename Visit>
absl::Status VisitRecords(Bytes bytes, OffsetSpan wanted, Visit visit) {
  constexpr size_t kPlainBytesMin = 16 << 20;
  const record::BatchView batch(bytes);
  const size_t plain_max = std::max(kPlainBytesMin, bytes.size() * record::kExpansionMax);
  ASSIGN_OR_RETURN(const auto plain, record::PlainRecords::Open(batch, plain_max));
  record::RecordIterator records(batch, plain.bytes());
  for (record::RecordView record; records.Next(record);) {
    if (record.offset >= wanted.limit) break;
    if (record.offset < wanted.start) continue;
    if (!visit(TimestampOffset{record.timestamp, record.offset})) break;
  }
  return records.status();
}

}  // namespace

absl::StatusOr<std::optional<TimestampOffset>> FirstRecordAtLeast(Bytes batch, int64_t timestamp_ms,
                                                                  OffsetSpan wanted) {
  std::optional<TimestampOffset> found;
  const auto visit = [&](const TimestampOffset& record) {
    if (record.timestamp >= timestamp_ms) found = record;
    return !found;
  };
  RETURN_IF_ERROR(VisitRecords(batch, wanted, visit));
  return found;
}

absl::StatusOr<std::optional<TimestampOffset>> LargestRecord(Bytes batch, OffsetSpan wanted) {
  std::optional<TimestampOffset> found;
  const auto visit = [&](const TimestampOffset& record) {
    if (!found || record.timestamp > found->timestamp) found = record;
    return true;
  };
  RETURN_IF_ERROR(VisitRecords(batch, wanted, visit));
  return found;
}

}  // namespace varve::log
