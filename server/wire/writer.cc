#include "server/wire/writer.h"

#include <fmt/format.h>

#include <limits>

#include "engine/base/check.h"
#include "engine/base/varint.h"

namespace varve::wire {

absl::Status Writer::status() const {
  if (too_long_ == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} bytes do not fit the length field of version {}", too_long_, version()));
}

void Writer::Varint(uint32_t value) { AppendVarint(out_, value); }

void Writer::Length(size_t length, bool text) {
  const size_t length_max = text && !flexible() ? std::numeric_limits<int16_t>::max()
                                                : std::numeric_limits<int32_t>::max();
  if (length > length_max) {
    if (too_long_ == 0) too_long_ = length;
    length = 0;
  }
  if (flexible()) {
    Varint(static_cast<uint32_t>(length + 1));
  } else if (text) {
    Number(static_cast<int16_t>(length));
  } else {
    Number(static_cast<int32_t>(length));
  }
}

void Writer::Null(bool text) {
  if (flexible()) {
    Varint(0);
  } else if (text) {
    Number(int16_t{-1});
  } else {
    Number(int32_t{-1});
  }
}

void Writer::Sized(std::string_view text) {
  Length(text.size(), /*text=*/true);
  Append(out_, AsBytes(text));
}

void Writer::Sized(const OpaqueBytes& opaque) {
  Length(opaque.bytes.size(), /*text=*/false);
  Append(out_, opaque.bytes);
}

void Writer::Sized(const RequestRecords& records) {
  Length(records.bytes.size(), /*text=*/false);
  Append(out_, records.bytes);
}

void Writer::Sized(const ResponseRecords& records) {
  Length(records.bytes.size() + records.splice_bytes, /*text=*/false);
  Append(out_, records.bytes);
  if (records.splice_bytes == 0) return;
  VARVE_CHECK(splices_ != nullptr, "{} bytes to splice, and no list for it", records.splice_bytes);
  splices_->push_back({out_.size(), records.splice_bytes, records.splice_id});
  splice_bytes_ += records.splice_bytes;
}

size_t Writer::BeginTag(uint32_t tag) {
  if (tag_count_at_ == kNoTags) {
    tag_count_at_ = out_.size();
    out_.push_back(std::byte{0});
  }
  // One byte holds the count: no struct of the protocol has 128 tagged fields.
  const auto count = static_cast<unsigned>(out_[tag_count_at_]) + 1;
  VARVE_CHECK(count < 0x80, "{} tagged fields in one struct", count);
  out_[tag_count_at_] = static_cast<std::byte>(count);
  Varint(tag);
  return out_.size();
}

void Writer::InsertSize(size_t at) {
  std::byte size[kVarintBytesMax];
  const std::byte* end = PutVarint(size, out_.size() - at);
  out_.insert(out_.begin() + static_cast<ptrdiff_t>(at), static_cast<const std::byte*>(size), end);
}

void Writer::EndTags() {
  if (flexible() && tag_count_at_ == kNoTags) out_.push_back(std::byte{0});
  tag_count_at_ = kNoTags;
}

}  // namespace varve::wire
