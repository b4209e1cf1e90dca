#include "engine/log/scanner.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/crc32c.h"
#include "engine/base/status.h"

namespace varve::log {

using record::BatchView;
using record::Peek;

BatchScanner::BatchScanner(io::FileRef file, uint64_t position, uint64_t end, Options options)
    : file_(std::move(file)),
      position_(position),
      end_(end),
      check_crc_(options.check_crc),
      buffer_bytes_(std::max(options.buffer_bytes, record::kHeaderBytes)),
      first_bytes_(std::max(options.first_bytes, record::kHeaderBytes)) {
  VARVE_CHECK(position <= end, "scan from {} to {}", position, end);
  if (options.first_bytes == 0) first_bytes_ = buffer_bytes_;
}

// What a read at this position is to bring: much, if it is near the end of what was read before,
// since the batches there were small.
size_t BatchScanner::BytesToRead(uint64_t position) const {
  const bool near = buffered_ > 0 && position <= buffer_start_ + buffered_ + buffer_bytes_ / 4;
  return std::min<uint64_t>(near ? buffer_bytes_ : first_bytes_, end_ - position);
}

Bytes BatchScanner::BufferedFrom(uint64_t position) const {
  if (position < buffer_start_ || position >= buffer_start_ + buffered_) return {};
  const size_t skip = position - buffer_start_;
  return Bytes(buffer_).subspan(skip, buffered_ - skip);
}

// Makes [position, position + bytes) available, as far as the file goes.
io::Task<absl::Status> BatchScanner::Fill(uint64_t position, size_t bytes) {
  if (BufferedFrom(position).size() >= bytes) co_return absl::OkStatus();
  const size_t want = BytesToRead(position);
  if (buffer_.size() < want) buffer_.resize(want);
  buffered_ = 0;
  buffer_start_ = position;
  CO_ASSIGN_OR_RETURN(buffered_, co_await file_->Read(position, MutableBytes(buffer_).first(want)));
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<uint32_t>> BatchScanner::Crc(uint64_t from, uint64_t to) {
  uint32_t crc = 0;
  while (from < to) {
    CO_RETURN_IF_ERROR(co_await Fill(from, 1));
    const Bytes available = BufferedFrom(from);
    const Bytes piece = available.first(std::min<uint64_t>(available.size(), to - from));
    if (piece.empty()) co_return absl::DataLossError("a log file became shorter during a scan");
    crc = ExtendCrc32c(crc, piece);
    from += piece.size();
  }
  co_return crc;
}

io::Task<absl::StatusOr<bool>> BatchScanner::OnlyZeros(uint64_t from) {
  while (from < end_) {
    CO_RETURN_IF_ERROR(co_await Fill(from, 1));
    const Bytes available = BufferedFrom(from);
    const bool zeros = std::all_of(available.begin(), available.end(),
                                   [](std::byte b) { return b == std::byte{0}; });
    if (!zeros) co_return false;
    if (available.empty()) break;
    from += available.size();
  }
  co_return true;
}

bool BatchScanner::TryNext(Scanned& scanned) {
  const Bytes front = BufferedFrom(position_);
  if (front.size() < record::kHeaderBytes) return false;
  const Peek peek = record::PeekBatch(front, front.size());
  if (peek.kind != Peek::Kind::kBatch || peek.size_bytes > end_ - position_) return false;
  const BatchView batch(front.first(peek.size_bytes));
  std::memcpy(&scanned.header, front.data(), record::kHeaderBytes);
  scanned.position = position_;
  scanned.size = peek.size_bytes;
  const bool sound = !check_crc_ || batch.ComputeCrc() == batch.crc();
  scanned.kind = sound ? Scanned::Kind::kBatch : Scanned::Kind::kBadCrc;
  position_ += scanned.size;
  return true;
}

io::Task<absl::StatusOr<Scanned>> BatchScanner::Next() {
  Scanned result;
  if (TryNext(result)) co_return result;
  result.position = position_;
  if (position_ >= end_) co_return result;
  const uint64_t left = end_ - position_;
  CO_RETURN_IF_ERROR(co_await Fill(position_, std::min<uint64_t>(left, record::kHeaderBytes)));
  const Bytes front = BufferedFrom(position_);
  // A file that is shorter than it was: as if it ended where the reading did.
  const uint64_t available = front.size() < record::kHeaderBytes ? front.size() : left;
  const Peek peek = record::PeekBatch(front, available);
  if (peek.kind != Peek::Kind::kBatch) {
    CO_ASSIGN_OR_RETURN(const bool zeros, co_await OnlyZeros(position_));
    const bool cut = peek.kind == Peek::Kind::kCutShort;
    result.kind = zeros ? Scanned::Kind::kZeros
                  : cut ? Scanned::Kind::kCutShort
                        : Scanned::Kind::kBroken;
    co_return result;
  }
  std::memcpy(&result.header, front.data(), record::kHeaderBytes);
  result.size = peek.size_bytes;
  result.kind = Scanned::Kind::kBatch;
  if (check_crc_) {
    CO_ASSIGN_OR_RETURN(const uint32_t crc,
                        co_await Crc(position_ + record::kCrcStart, position_ + result.size));
    if (crc != result.header.crc) result.kind = Scanned::Kind::kBadCrc;
  }
  position_ += result.size;
  co_return result;
}

namespace {

// Whether `front`, at least a header, looks like a batch that may follow `offset_min`.
bool Plausible(Bytes front, uint64_t left, int64_t offset_min) {
  if (record::PeekBatch(front, left).kind != Peek::Kind::kBatch) return false;
  const BatchView view(front);
  return view.base_offset() >= offset_min && view.last_offset_delta() >= 0 &&
         view.base_offset() - offset_min <= std::numeric_limits<int32_t>::max();
}

}  // namespace

io::Task<absl::StatusOr<uint64_t>> FindNextBatch(io::FileRef file, uint64_t from, uint64_t end,
                                                 int64_t offset_min, int tries_max) {
  constexpr size_t kWindowBytes = 64 << 10;
  Buffer window(kWindowBytes);
  while (from + record::kHeaderBytes <= end) {
    const size_t want = std::min<uint64_t>(window.size(), end - from);
    CO_ASSIGN_OR_RETURN(const size_t got,
                        co_await file->Read(from, MutableBytes(window).first(want)));
    if (got < record::kHeaderBytes) break;
    const size_t places = got - record::kHeaderBytes + 1;
    for (size_t i = 0; i < places; ++i) {
      const Bytes front = Bytes(window).subspan(i, record::kHeaderBytes);
      if (!Plausible(front, end - from - i, offset_min)) continue;
      if (tries_max-- == 0) co_return end;
      BatchScanner::Options options{.check_crc = true, .buffer_bytes = kWindowBytes};
      BatchScanner scanner(file, from + i, end, options);
      CO_ASSIGN_OR_RETURN(const Scanned found, co_await scanner.Next());
      if (found.kind == Scanned::Kind::kBatch) co_return from + i;
    }
    from += places;
  }
  co_return end;
}

}  // namespace varve::log
