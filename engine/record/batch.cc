#include "engine/record/batch.h"

#include <limits>

#include "engine/base/check.h"
#include "engine/base/crc32c.h"

namespace varve::record {
namespace {

constexpr int32_t kOldLengthMin = 14;  // checksum, magic, attributes, and two null lengths

constexpr bool IsOld(int8_t magic) { return magic == 0 || magic == 1; }

}  // namespace

int32_t AdvanceSequence(int32_t sequence, int32_t delta) {
  const int64_t sum = int64_t{sequence} + delta;
  constexpr int64_t kCount = int64_t{std::numeric_limits<int32_t>::max()} + 1;
  return static_cast<int32_t>(sum < kCount ? sum : sum - kCount);
}

BatchView::BatchView(Bytes bytes) : bytes_(bytes) {
  VARVE_CHECK(bytes.size() >= kHeaderBytes, "a batch header in {} bytes", bytes.size());
}

int32_t BatchView::last_sequence() const {
  if (base_sequence() == kNoSequence) return kNoSequence;
  return AdvanceSequence(base_sequence(), last_offset_delta());
}

uint32_t BatchView::ComputeCrc() const { return Crc32c(bytes_.subspan(kCrcStart)); }

Peek PeekBatch(Bytes front, uint64_t available) {
  if (available < kPeekBytes) return {Peek::Kind::kCutShort};
  VARVE_CHECK(front.size() >= kPeekBytes, "{} bytes of {} to peek at", front.size(), available);
  const auto length = LoadBigEndian<int32_t>(&front[offsetof(BatchHeader, length)]);
  const auto magic = LoadBigEndian<int8_t>(&front[offsetof(BatchHeader, magic)]);
  const bool old = IsOld(magic);
  if (!old && magic != kMagic) return {Peek::Kind::kBroken};
  if (length < (old ? kOldLengthMin : kLengthMin)) return {Peek::Kind::kBroken};
  const size_t size_bytes = kBatchOverhead + static_cast<size_t>(length);
  if (size_bytes > available) return {Peek::Kind::kCutShort, size_bytes};
  return {old ? Peek::Kind::kOldMagic : Peek::Kind::kBatch, size_bytes};
}

}  // namespace varve::record
