#include "tools/dump/batch_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"

namespace varve::dump {

using record::kHeaderBytes;

namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;
// How far the base offset of a batch behind damage may be away; and how many places that look like
// a batch have their checksum computed before the rest of the file is given up.
constexpr int64_t kOffsetJumpMax = int64_t{1} << 31;
constexpr int kTriesMax = 10'000;

// Whether `front`, at least a header, looks like a batch that may follow `offset_min`.
bool Plausible(Bytes front, uint64_t left, int64_t offset_min) {
  if (record::PeekBatch(front, left).kind != record::Peek::Kind::kBatch) return false;
  const record::BatchView view(front);
  if (view.base_offset() < offset_min || view.last_offset_delta() < 0) return false;
  return view.base_offset() - offset_min <= kOffsetJumpMax;
}

}  // namespace

BatchWalk::BatchWalk(const InputFile& file) : file_(file), buffer_(kBufferBytes) {}

// The bytes from `position` on: at least `bytes` of them, unless the file ends before.
absl::StatusOr<Bytes> BatchWalk::Peek(uint64_t position, size_t bytes) {
  const bool inside = position >= buffer_start_ && position < buffer_start_ + buffered_;
  size_t skip = inside ? position - buffer_start_ : 0;
  if (!inside || buffered_ - skip < bytes) {
    const uint64_t left = file_.size() - std::min(position, file_.size());
    const MutableBytes into = MutableBytes(buffer_).first(std::min<uint64_t>(left, kBufferBytes));
    buffered_ = 0;
    buffer_start_ = position;
    ASSIGN_OR_RETURN(buffered_, file_.Read(position, into));
    skip = 0;
  }
  return Bytes(buffer_).subspan(skip, buffered_ - skip);
}

absl::StatusOr<uint32_t> BatchWalk::Crc(uint64_t from, uint64_t to) {
  uint32_t crc = 0;
  while (from < to) {
    ASSIGN_OR_RETURN(const Bytes available, Peek(from, 1));
    if (available.empty()) break;  // the file became shorter; the checksum will not match
    const Bytes piece = available.first(std::min<uint64_t>(available.size(), to - from));
    crc = ExtendCrc32c(crc, piece);
    from += piece.size();
  }
  return crc;
}

absl::StatusOr<bool> BatchWalk::OnlyZeros(uint64_t from) {
  while (from < file_.size()) {
    ASSIGN_OR_RETURN(const Bytes available, Peek(from, 1));
    if (available.empty()) break;
    for (const std::byte b : available) {
      if (b != std::byte{0}) return false;
    }
    from += available.size();
  }
  return true;
}

absl::StatusOr<Step> BatchWalk::Next() {
  ASSIGN_OR_RETURN(const Step step, ReadStep());
  position_ = step.position + step.size;
  if (step.kind == Step::Kind::kBatch && step.crc_ok) {
    next_offset_ = std::max(next_offset_, step.view().next_offset());
  }
  return step;
}

absl::StatusOr<Step> BatchWalk::ReadStep() {
  Step step;
  step.position = position_;
  if (position_ >= file_.size()) return step;
  ASSIGN_OR_RETURN(const Bytes front, Peek(position_, kHeaderBytes));
  if (front.empty()) return step;  // the file became shorter
  const uint64_t left = front.size() < kHeaderBytes ? front.size() : file_.size() - position_;
  const record::Peek peek = record::PeekBatch(front, left);
  if (peek.kind != record::Peek::Kind::kBatch) {
    step.size = peek.kind == record::Peek::Kind::kOldMagic ? peek.size_bytes : left;
    return NoBatch(step, peek.kind);
  }
  step.kind = Step::Kind::kBatch;
  step.size = peek.size_bytes;
  std::memcpy(&step.header, front.data(), kHeaderBytes);
  ASSIGN_OR_RETURN(step.crc_found,
                   Crc(step.position + record::kCrcStart, step.position + step.size));
  step.crc_ok = step.crc_found == step.header.crc;
  return step;
}

absl::StatusOr<Step> BatchWalk::NoBatch(Step step, record::Peek::Kind kind) {
  ASSIGN_OR_RETURN(const bool zeros, OnlyZeros(step.position));
  // Fewer bytes may as well be the begin of a small base offset.
  if (zeros && file_.size() - step.position >= record::kBatchOverhead) {
    step.kind = Step::Kind::kZeros;
    step.size = file_.size() - step.position;
    return step;
  }
  step.kind = Step::Kind::kOldMagic;
  if (kind == record::Peek::Kind::kOldMagic) return step;
  // A length that was damaged may reach past the end as well: it is a tail if nothing follows.
  ASSIGN_OR_RETURN(const uint64_t next, FindBatchAfter(step.position));
  step.size = next - step.position;
  const bool tail = kind == record::Peek::Kind::kCutShort && next == file_.size();
  step.kind = tail ? Step::Kind::kCutShort : Step::Kind::kBroken;
  return step;
}

// Where the next sound batch begins, or the end of the file.
absl::StatusOr<uint64_t> BatchWalk::FindBatchAfter(uint64_t position) {
  int tries = kTriesMax;
  for (uint64_t at = position + 1; at + kHeaderBytes <= file_.size() && tries > 0; ++at) {
    ASSIGN_OR_RETURN(const Bytes here, Peek(at, kHeaderBytes));
    if (here.size() < kHeaderBytes) break;  // the file became shorter
    if (!Plausible(here, file_.size() - at, next_offset_)) continue;
    position_ = at;
    ASSIGN_OR_RETURN(const Step step, ReadStep());
    if (step.crc_ok) return at;
    --tries;
  }
  return file_.size();
}

absl::StatusOr<Bytes> BatchWalk::Whole(const Step& step, size_t bytes_max) {
  if (step.size > bytes_max) {
    return absl::ResourceExhaustedError(
        fmt::format("a batch of {} bytes, {} are permitted", step.size, bytes_max));
  }
  ASSIGN_OR_RETURN(const Bytes front, Peek(step.position, 1));
  if (front.size() >= step.size) return front.first(step.size);
  whole_.resize(step.size);
  ASSIGN_OR_RETURN(const size_t got, file_.Read(step.position, whole_));
  if (got < step.size) return absl::NotFoundError("the file became shorter while it was read");
  return Bytes(whole_);
}

}  // namespace varve::dump
