#include "engine/log/txn_index.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/base/status.h"

namespace varve::log {
namespace {

absl::Status CheckEntry(const TxnIndexEntry& entry, int64_t above, int64_t next_base) {
  if (entry.version != kTxnIndexVersion) {
    return absl::DataLossError(fmt::format("an aborted transaction of version {}, expected {}",
                                           int16_t{entry.version}, kTxnIndexVersion));
  }
  const int64_t last = entry.last_offset;
  if (last <= above || last >= next_base || entry.first_offset >= last) {
    return absl::DataLossError(
        fmt::format("an aborted transaction from {} to {}, where markers lie above {} and below {}",
                    int64_t{entry.first_offset}, last, above, next_base));
  }
  return absl::OkStatus();
}

}  // namespace

TxnIndexEntry MakeTxnIndexEntry(const AbortedTransaction& aborted, int64_t last_offset,
                                int64_t last_stable_offset) {
  return {kTxnIndexVersion, aborted.producer_id, aborted.first_offset, last_offset,
          last_stable_offset};
}

absl::StatusOr<std::vector<TxnIndexEntry>> ParseTxnIndex(Bytes file, int64_t base_offset,
                                                         int64_t next_base) {
  if (file.size() % sizeof(TxnIndexEntry) != 0) {
    return absl::DataLossError(
        fmt::format("{} bytes are no whole number of aborted transactions of {}", file.size(),
                    sizeof(TxnIndexEntry)));
  }
  std::vector<TxnIndexEntry> entries(file.size() / sizeof(TxnIndexEntry));
  if (entries.empty()) return entries;
  std::memcpy(entries.data(), file.data(), file.size());
  int64_t above = base_offset - 1;
  for (const TxnIndexEntry& entry : entries) {
    RETURN_IF_ERROR(CheckEntry(entry, above, next_base));
    above = entry.last_offset;
  }
  return entries;
}

bool CollectAborted(std::span<const TxnIndexEntry> entries, int64_t from, int64_t upper,
                    std::vector<AbortedTransaction>& found) {
  for (const TxnIndexEntry& entry : entries) {
    if (entry.last_offset >= from && entry.first_offset < upper) {
      found.push_back({entry.producer_id, entry.first_offset});
    }
    if (entry.last_stable_offset >= upper) return true;
  }
  return false;
}

}  // namespace varve::log
