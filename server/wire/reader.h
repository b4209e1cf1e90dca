#pragma once

#include <absl/status/status.h>

#include <bit>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"
#include "server/wire/codec.h"
#include "server/wire/min_size.h"

namespace varve::wire {

// Reads fields off the front of one frame (or of any bytes in the same encoding).
//
// Lifetime  What it fills in (strings, bytes, records) are views of the frame, except std::string
//           members, which are copies.
// Errors    The first one is kept, with its position; from then on nothing more is read and every
//           number reads as zero. Bytes that stay unread after the last field are no error.
// Bounds    Nothing is read past the end. A count is compared with the bytes that are left
//           before memory is reserved for it, and all arrays together take at most
//           `array_bytes_max`: an honest frame of tiny elements may decode to 20 times its size.
class Reader : public Codec<Reader> {
 public:
  static constexpr size_t kArrayBytesMax = size_t{64} << 20;

  explicit Reader(Bytes frame, size_t array_bytes_max = kArrayBytesMax)
      : begin_(frame.data()),
        at_(frame.data()),
        end_(frame.data() + frame.size()),
        array_bytes_left_(array_bytes_max) {}

  // A reader that also fills in RequestRecords: mutable views of the frame.
  static Reader OverMutable(MutableBytes frame, size_t array_bytes_max = kArrayBytesMax) {
    Reader reader(frame, array_bytes_max);
    reader.mutable_begin_ = frame.data();
    return reader;
  }

  bool ok() const { return error_ == nullptr; }
  // InvalidArgument with what, where and how many bytes, if anything was wrong.
  absl::Status status() const;

  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  Bytes rest() const { return {at_, end_}; }

  // A tagged field: `absent` if the frame does not have it.
  template <typename T>
  void Tagged(int tag, T& member, const std::type_identity_t<T>& absent = {}) {
    member = absent;
    if (!flexible() || !SeekTag(static_cast<uint32_t>(tag))) return;
    const std::byte* end = std::exchange(end_, at_ + tags_.size);
    const Tags outer = std::exchange(tags_, {});
    if constexpr (kIsNullableStruct<T>) {
      member.reset();
      if (Varint() > 0) Struct(member.emplace());
    } else {
      Field(member);
    }
    tags_ = outer;
    at_ = ok() ? end_ : end;
    end_ = end;
  }

  // Reads past the tagged fields here, if the version is a flexible one.
  void SkipTags();

  // A varint of at most 32 bits; 0 after an error.
  uint32_t Varint();

 private:
  friend class Codec<Reader>;

  // Where in the tagged fields of the innermost struct we are.
  struct Tags {
    bool open = false;   // the count has been read
    bool ahead = false;  // `tag` and `size` are of a field whose bytes come next
    uint32_t left = 0;   // fields after that one
    int64_t tag = -1;    // the last one seen
    uint32_t size = 0;
  };

  template <typename T>
  void Number(T& value) {
    using Raw = WireInteger<T>;
    const std::byte* at = Take(sizeof(Raw));
    const Raw raw = at == nullptr ? Raw{0} : LoadBigEndian<Raw>(at);
    if constexpr (std::is_same_v<T, bool>) {
      value = raw != 0;
    } else if constexpr (std::is_same_v<T, double>) {
      value = std::bit_cast<double>(raw);
    } else {
      value = static_cast<T>(raw);
    }
  }

  template <typename T>
  void Sized(T& value) {
    const int64_t length = Length(kIsText<T>);
    if (length >= 0) {
      Fill(value, static_cast<size_t>(length));
    } else if constexpr (std::is_same_v<T, ResponseRecords>) {
      value = {};
    } else {
      Fail("null where none is allowed", 0);
    }
  }

  template <typename T>
  void Nullable(std::optional<T>& value) {
    value.reset();
    if constexpr (kHasLength<T>) {
      const int64_t length = Length(kIsText<T>);
      if (length >= 0) Fill(value.emplace(), static_cast<size_t>(length));
    } else {
      int8_t marker = -1;
      Number(marker);
      if (ok() && marker >= 0) Struct(value.emplace());
    }
  }

  template <typename T>
  void Required(std::optional<T>& value) {
    Field(value.emplace());
  }

  template <typename T>
  void Struct(T& value) {
    const Tags outer = std::exchange(tags_, {});
    T::Fields(*this, value, version());
    SkipTags();
    tags_ = outer;
  }

  template <typename T>
  void Fill(std::vector<T>& values, size_t count) {
    values.clear();
    if (!Claim(count, MinSize<T>(version(), flexible()), sizeof(T))) return;
    values.reserve(count);
    for (size_t i = 0; i < count && ok(); ++i) Field(values.emplace_back());
  }
  void Fill(std::string_view& text, size_t size);
  void Fill(std::string& text, size_t size);
  void Fill(OpaqueBytes& opaque, size_t size);
  void Fill(RequestRecords& records, size_t size);
  void Fill(ResponseRecords& records, size_t size);

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  // The next `size` bytes, or null after an error.
  const std::byte* Take(size_t size) {
    if (size > left()) [[unlikely]] {
      Fail("cut short", size);
      return nullptr;
    }
    return std::exchange(at_, at_ + size);
  }
  // A length or a count; negative for null.
  int64_t Length(bool text);
  // Whether `count` elements can be there and may be kept.
  bool Claim(size_t count, size_t wire_bytes_min, size_t memory_bytes);
  // Moves to the bytes of field `tag` of the innermost struct, past all before it.
  bool SeekTag(int64_t tag);
  bool NextTag();
  void Fail(const char* error, size_t wanted);

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  std::byte* mutable_begin_ = nullptr;
  size_t array_bytes_left_;
  Tags tags_;

  const char* error_ = nullptr;
  size_t error_position_ = 0;
  size_t error_wanted_ = 0;
  size_t error_left_ = 0;
};

}  // namespace varve::wire
