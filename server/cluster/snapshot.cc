#include "server/cluster/snapshot.h"

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/base/status.h"
#include "engine/record/batch.h"

namespace varve::cluster {
namespace {

constexpr std::string_view kSuffix = ".checkpoint";
constexpr size_t kOffsetDigits = 20;
constexpr size_t kEpochDigits = 10;
constexpr size_t kReadBytes = 1 << 20;

template <typename Number>
std::optional<Number> ParseDigits(std::string_view text) {
  Number number = 0;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || !absl::SimpleAtoi(std::string(text), &number)) return std::nullopt;
  return number;
}

// How much to read for the batch at `position`, and what follows it if that is little.
absl::StatusOr<size_t> NextPiece(Bytes front, uint64_t left, const std::string& path,
                                 uint64_t position) {
  const record::Peek peek = record::PeekBatch(front, left);
  if (peek.kind != record::Peek::Kind::kBatch || peek.size_bytes > MetadataReader::kBatchBytesMax) {
    return absl::DataLossError(
        fmt::format("{}: no batch at position {} of {}", path, position, position + left));
  }
  return std::max<size_t>(peek.size_bytes, std::min<uint64_t>(kReadBytes, left));
}

io::Task<absl::StatusOr<Buffer>> ReadExactly(io::File& file, uint64_t position, size_t bytes) {
  Buffer buffer(bytes);
  CO_ASSIGN_OR_RETURN(const size_t read, co_await file.Read(position, buffer));
  if (read != bytes) {
    co_return absl::DataLossError(
        fmt::format("{} bytes at position {}, expected {}", read, position, bytes));
  }
  co_return buffer;
}

}  // namespace

std::string SnapshotName(const SnapshotId& id) {
  return fmt::format("{:020}-{:010}{}", id.end_offset, id.epoch, kSuffix);
}

std::optional<SnapshotId> ParseSnapshotName(std::string_view name) {
  if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size()) return std::nullopt;
  if (name[kOffsetDigits] != '-' || !name.ends_with(kSuffix)) return std::nullopt;
  const auto offset = ParseDigits<int64_t>(name.substr(0, kOffsetDigits));
  const auto epoch = ParseDigits<int32_t>(name.substr(kOffsetDigits + 1, kEpochDigits));
  if (!offset || !epoch) return std::nullopt;
  return SnapshotId{*offset, *epoch};
}

io::Task<absl::StatusOr<std::optional<SnapshotId>>> FindSnapshot(io::Disk& disk,
                                                                 std::string directory) {
  CO_ASSIGN_OR_RETURN(const std::vector<io::DirectoryEntry> entries, co_await disk.List(directory));
  std::optional<SnapshotId> newest;
  for (const io::DirectoryEntry& entry : entries) {
    const auto id = ParseSnapshotName(entry.name);
    if (id && (!newest || *newest < *id)) newest = id;
  }
  co_return newest;
}

io::Task<absl::Status> ReadSnapshot(io::Loop& loop, std::string path, MetadataReader& reader) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await loop.disk().Open(path, io::OpenMode::kRead));
  CO_ASSIGN_OR_RETURN(const uint64_t size, co_await file->Size());
  reader.BeginFile(path, 0);
  for (uint64_t position = 0; position < size;) {
    const uint64_t left = size - position;
    CO_ASSIGN_OR_RETURN(
        const Buffer front,
        co_await ReadExactly(*file, position, std::min<uint64_t>(left, record::kHeaderBytes)));
    CO_ASSIGN_OR_RETURN(const size_t piece, NextPiece(front, left, path, position));
    CO_ASSIGN_OR_RETURN(const Buffer bytes, co_await ReadExactly(*file, position, piece));
    CO_ASSIGN_OR_RETURN(const size_t done, reader.Read(bytes));
    position += done;
    co_await io::Yield{loop};
  }
  if (!reader.footer_seen()) {
    co_return absl::DataLossError(fmt::format("{} ends without a footer", path));
  }
  co_return absl::OkStatus();
}

}  // namespace varve::cluster
