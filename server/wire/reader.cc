#include "server/wire/reader.h"

#include <fmt/format.h>

#include <limits>

#include "engine/base/check.h"
#include "engine/base/varint.h"

namespace varve::wire {

absl::Status Reader::status() const {
  if (ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} at byte {}: {} wanted, {} left", error_,
                                                error_position_, error_wanted_, error_left_));
}

void Reader::Fail(const char* error, size_t wanted) {
  if (ok()) {
    error_ = error;
    error_position_ = position();
    error_wanted_ = wanted;
    error_left_ = left();
  }
  at_ = end_;
}

uint32_t Reader::Varint() {
  Bytes bytes = rest();
  uint64_t value = 0;
  if (!TakeVarint(bytes, value, 32)) {
    Fail("bad varint", 1);
    return 0;
  }
  at_ = bytes.data();
  return static_cast<uint32_t>(value);
}

int64_t Reader::Length(bool text) {
  int64_t length = 0;
  if (flexible()) {
    length = int64_t{Varint()} - 1;
  } else if (text) {
    int16_t raw = 0;
    Number(raw);
    length = raw;
  } else {
    int32_t raw = 0;
    Number(raw);
    length = raw;
  }
  return ok() ? length : -1;
}

void Reader::Fill(std::string_view& text, size_t size) {
  const std::byte* at = Take(size);
  text = at == nullptr ? std::string_view() : AsText({at, size});
}

void Reader::Fill(std::string& text, size_t size) {
  std::string_view view;
  Fill(view, size);
  text = view;
}

void Reader::Fill(OpaqueBytes& opaque, size_t size) {
  const std::byte* at = Take(size);
  opaque.bytes = at == nullptr ? Bytes() : Bytes(at, size);
}

void Reader::Fill(RequestRecords& records, size_t size) {
  VARVE_CHECK(mutable_begin_ != nullptr, "records wanted from a frame that is read only");
  const size_t start = position();
  records.bytes =
      Take(size) == nullptr ? MutableBytes() : MutableBytes(mutable_begin_ + start, size);
}

void Reader::Fill(ResponseRecords& records, size_t size) {
  const std::byte* at = Take(size);
  records = {};
  if (at != nullptr) records.bytes = {at, size};
}

bool Reader::Claim(size_t count, size_t wire_bytes_min, size_t memory_bytes) {
  if (count > left() / wire_bytes_min) {
    Fail("more elements than bytes", count * wire_bytes_min);
  } else if (count > array_bytes_left_ / memory_bytes) {
    Fail("too many elements", count);
  } else {
    array_bytes_left_ -= count * memory_bytes;
  }
  return ok();
}

bool Reader::NextTag() {
  if (tags_.left == 0) return false;
  --tags_.left;
  const int64_t previous = std::exchange(tags_.tag, int64_t{Varint()});
  tags_.size = Varint();
  if (ok() && tags_.tag <= previous) Fail("tags out of order", 0);
  if (ok() && tags_.size > left()) Fail("tagged field cut short", tags_.size);
  tags_.ahead = ok();
  return tags_.ahead;
}

bool Reader::SeekTag(int64_t tag) {
  if (!std::exchange(tags_.open, true)) tags_.left = Varint();
  while (ok() && (tags_.ahead || NextTag())) {
    if (tags_.tag > tag) return false;
    tags_.ahead = false;
    if (tags_.tag == tag) return true;
    at_ += tags_.size;
  }
  return false;
}

void Reader::SkipTags() {
  if (flexible()) SeekTag(std::numeric_limits<int64_t>::max());
  tags_ = {};
}

}  // namespace varve::wire
