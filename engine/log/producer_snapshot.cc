#include "engine/log/producer_snapshot.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"

namespace varve::log {
namespace {

absl::Status CheckHeader(const ProducerSnapshotHeader& header, Bytes file) {
  if (header.version != kProducerSnapshotVersion) {
    return absl::DataLossError(fmt::format("a producer snapshot of version {}, expected {}",
                                           int16_t{header.version}, kProducerSnapshotVersion));
  }
  const uint32_t crc = Crc32c(file.subspan(kProducerSnapshotCrcStart));
  if (header.crc != crc) {
    return absl::DataLossError(fmt::format("a producer snapshot with checksum {:#x}, found {:#x}",
                                           uint32_t{header.crc}, crc));
  }
  const uint64_t bytes = file.size() - sizeof(header);
  const auto count = static_cast<int64_t>(int32_t{header.count});
  if (count < 0 || static_cast<uint64_t>(count) * sizeof(ProducerSnapshotEntry) != bytes) {
    return absl::DataLossError(
        fmt::format("a producer snapshot of {} entries in {} bytes", count, bytes));
  }
  return absl::OkStatus();
}

absl::Status CheckEntry(const ProducerSnapshotEntry& entry) {
  if (entry.producer_id >= 0 && entry.offset_delta >= 0) return absl::OkStatus();
  return absl::DataLossError(fmt::format("a producer snapshot names producer {}, offset delta {}",
                                         int64_t{entry.producer_id}, int32_t{entry.offset_delta}));
}

}  // namespace

Buffer FormatProducerSnapshot(std::span<const ProducerSnapshotEntry> entries) {
  ProducerSnapshotHeader header;
  header.version = kProducerSnapshotVersion;
  header.count = static_cast<int32_t>(entries.size());
  Buffer file(sizeof(header) + entries.size_bytes());
  std::memcpy(file.data(), &header, sizeof(header));
  if (!entries.empty()) {
    std::memcpy(file.data() + sizeof(header), entries.data(), entries.size_bytes());
  }
  header.crc = Crc32c(Bytes(file).subspan(kProducerSnapshotCrcStart));
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

absl::StatusOr<std::vector<ProducerSnapshotEntry>> ParseProducerSnapshot(Bytes file) {
  ProducerSnapshotHeader header;
  if (file.size() < sizeof(header)) {
    return absl::DataLossError(fmt::format("a producer snapshot of {} bytes", file.size()));
  }
  std::memcpy(&header, file.data(), sizeof(header));
  RETURN_IF_ERROR(CheckHeader(header, file));
  std::vector<ProducerSnapshotEntry> entries(static_cast<size_t>(int32_t{header.count}));
  if (entries.empty()) return entries;
  std::memcpy(entries.data(), file.data() + sizeof(header),
              entries.size() * sizeof(ProducerSnapshotEntry));
  for (const ProducerSnapshotEntry& entry : entries) RETURN_IF_ERROR(CheckEntry(entry));
  return entries;
}

}  // namespace varve::log
