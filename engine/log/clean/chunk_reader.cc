#include "engine/log/clean/chunk_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/base/status.h"
#include "engine/record/batch.h"

namespace varve::log {
namespace {

using record::Peek;

// How many of the bytes, of a file that has `left` from here, are whole batches.
size_t WholeBatches(Bytes bytes, uint64_t left) {
  size_t whole = 0;
  while (bytes.size() - whole >= record::kPeekBytes) {
    const Peek peek = record::PeekBatch(bytes.subspan(whole), left - whole);
    if (peek.kind != Peek::Kind::kBatch || peek.size_bytes > bytes.size() - whole) break;
    whole += peek.size_bytes;
  }
  return whole;
}

}  // namespace

io::Task<absl::Status> ChunkReader::SeekTo(int64_t offset) {
  if (offset <= segment_->base_offset()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const std::optional<Located> at, co_await segment_->Locate(offset));
  position_ = at ? at->position : segment_->size();
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<Bytes>> ChunkReader::ReadAhead(size_t bytes) {
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(bytes, segment_->size() - position_));
  Buffer& buffer = buffers_[turn_];
  buffer.resize(wanted);
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await segment_->log_file().Open());
  CO_ASSIGN_OR_RETURN(const size_t got, co_await file->ReadOnce(position_, buffer));
  if (got == wanted) co_return Bytes(buffer);
  co_return absl::DataLossError(
      fmt::format("{} has {} bytes less than it had", segment_->log_file().path(), wanted - got));
}

io::Task<absl::StatusOr<Bytes>> ChunkReader::Next() {
  const uint64_t left = segment_->size() - position_;
  if (left == 0) co_return Bytes();
  turn_ = (turn_ + 1) % kBuffers;
  CO_ASSIGN_OR_RETURN(Bytes bytes, co_await ReadAhead(chunk_bytes_));
  size_t whole = WholeBatches(bytes, left);
  if (whole == 0) {
    // The file has as many bytes as the one batch says, or it is none.
    const Peek peek = bytes.size() < record::kPeekBytes ? Peek{Peek::Kind::kCutShort}
                                                        : record::PeekBatch(bytes, left);
    if (peek.kind != Peek::Kind::kBatch) {
      co_return absl::DataLossError(fmt::format("no batch of version 2 lies at position {} of {}",
                                                position_, segment_->log_file().path()));
    }
    CO_ASSIGN_OR_RETURN(bytes, co_await ReadAhead(peek.size_bytes));
    whole = peek.size_bytes;
  }
  position_ += whole;
  co_return bytes.first(whole);
}

}  // namespace varve::log
