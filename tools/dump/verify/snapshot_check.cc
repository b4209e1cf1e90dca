#include "tools/dump/verify/snapshot_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "engine/log/producer_snapshot.h"
#include "tools/dump/input_file.h"

namespace varve::dump {
namespace {

using log::ProducerEntry;
using log::ProducerSnapshotEntry;

// What is wrong with an entry, by the batches below the snapshot's offset; empty: nothing.
std::string Contradiction(const ProducerSnapshotEntry& entry, const ProducerEntry& known) {
  const ProducerEntry::Batch& newest = known.newest();
  if (entry.producer_epoch < known.epoch()) {
    return fmt::format("has epoch {}, the log {}", int16_t{entry.producer_epoch}, known.epoch());
  }
  if (entry.producer_epoch == known.epoch() && entry.last_offset < newest.last_offset) {
    return fmt::format("wrote last at offset {}, by the log at {}", int64_t{entry.last_offset},
                       newest.last_offset);
  }
  if (entry.last_offset == newest.last_offset && entry.last_sequence != newest.last_sequence) {
    return fmt::format("has sequence {} at offset {}, the log {}", int32_t{entry.last_sequence},
                       newest.last_offset, newest.last_sequence);
  }
  if (known.in_transaction() && entry.current_first_offset < 0) {
    return fmt::format("has no transaction, by the log one is open from offset {} on",
                       known.txn_first_offset());
  }
  return {};
}

}  // namespace

absl::Status SnapshotCheck::UpTo(int64_t offset) {
  for (; next_ != end_ && next_->first <= offset; ++next_) {
    RETURN_IF_ERROR(Check(next_->first, next_->second));
  }
  return absl::OkStatus();
}

absl::Status SnapshotCheck::Check(int64_t offset, const std::string& path) {
  const auto file = ReadSmallFile(path, log::kProducerSnapshotBytesMax);
  if (absl::IsNotFound(file.status())) return absl::OkStatus();  // removed meanwhile
  RETURN_IF_ERROR(file.status());
  const auto entries = log::ParseProducerSnapshot(AsBytes(*file));
  if (!entries.ok()) {
    findings_.Fault(path, std::string(entries.status().message()));
    return absl::OkStatus();
  }
  uint64_t position = sizeof(log::ProducerSnapshotHeader);
  for (const ProducerSnapshotEntry& entry : *entries) {
    const ProducerEntry* known = state_.producers.Find(entry.producer_id);
    std::string what = known != nullptr && !state_.damaged ? Contradiction(entry, *known) : "";
    if (entry.last_offset >= offset || entry.current_first_offset >= offset) {
      what = fmt::format("knows of offset {}, which is not below the snapshot's",
                         std::max<int64_t>(entry.last_offset, entry.current_first_offset));
    }
    if (!what.empty()) {
      findings_.Fault(path, position,
                      fmt::format("producer {} {}", int64_t{entry.producer_id}, what));
    }
    position += sizeof(ProducerSnapshotEntry);
  }
  return absl::OkStatus();
}

}  // namespace varve::dump
