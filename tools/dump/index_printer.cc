#include "tools/dump/index_printer.h"

#include "engine/log/sparse_index.h"
#include "engine/log/txn_index.h"
#include "tools/dump/entry_cursor.h"

namespace varve::dump {
namespace {

using log::OffsetIndexEntry;
using log::TimeIndexEntry;
using log::TxnIndexEntry;

template <typename Entry>
absl::Status PrintEntries(const InputFile& file, Output& out, const auto& print) {
  EntryCursor<Entry> cursor(file);
  ASSIGN_OR_RETURN(const uint64_t used, cursor.CountUsed());
  Entry entry;
  while (out.ok() && cursor.index() < used) {
    ASSIGN_OR_RETURN(const bool there, cursor.Next(entry));
    if (!there) break;
    print(entry);
  }
  if (cursor.count() > used) {
    Row(out, "unused").Int("unusedEntries", static_cast<int64_t>(cursor.count() - used));
  }
  if (cursor.odd_bytes() > 0) {
    Row(out, "odd").Int("oddBytes", static_cast<int64_t>(cursor.odd_bytes()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PrintOffsetIndex(const InputFile& file, int64_t base_offset, Output& out) {
  return PrintEntries<OffsetIndexEntry>(file, out, [&](const OffsetIndexEntry& entry) {
    Row(out, "offsetIndexEntry")
        .Int("offset", base_offset + int32_t{entry.relative_offset})
        .Int("position", entry.position);
  });
}

absl::Status PrintTimeIndex(const InputFile& file, int64_t base_offset, Output& out) {
  return PrintEntries<TimeIndexEntry>(file, out, [&](const TimeIndexEntry& entry) {
    Row(out, "timeIndexEntry")
        .Time("timestamp", entry.timestamp_ms)
        .Int("offset", base_offset + int32_t{entry.relative_offset});
  });
}

absl::Status PrintTransactionIndex(const InputFile& file, Output& out) {
  return PrintEntries<TxnIndexEntry>(file, out, [&](const TxnIndexEntry& entry) {
    Row(out, "abortedTransaction")
        .Int("version", entry.version)
        .Int("producerId", entry.producer_id)
        .Int("firstOffset", entry.first_offset)
        .Int("lastOffset", entry.last_offset)
        .Int("lastStableOffset", entry.last_stable_offset);
  });
}

}  // namespace varve::dump
