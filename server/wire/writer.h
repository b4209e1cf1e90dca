#pragma once

#include <absl/status/status.h>

#include <bit>
#include <utility>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"
#include "server/wire/codec.h"

namespace varve::wire {

// Appends fields to a buffer.
//
// Lifetime  `out` and `splices` outlive the writer; what it writes is copied.
// Splices   ResponseRecords may stand for bytes that are not in memory: their length is written
//           and a Splice is left, in ascending order of position. Without `splices`, none may.
// Errors    InvalidArgument if a string does not fit its length field; the buffer then holds
//           nothing useful.
class Writer : public Codec<Writer> {
 public:
  explicit Writer(Buffer& out, std::vector<Splice>* splices = nullptr)
      : out_(out), splices_(splices) {}

  absl::Status status() const;
  uint64_t splice_bytes() const { return splice_bytes_; }  // in all splices left so far

  // A tagged field: left out if it equals `absent`.
  template <typename T>
  void Tagged(int tag, const T& member, const std::type_identity_t<T>& absent = {}) {
    if (!flexible() || member == absent) return;
    const size_t at = BeginTag(static_cast<uint32_t>(tag));
    const size_t outer = std::exchange(tag_count_at_, kNoTags);
    if constexpr (kIsNullableStruct<T>) {
      Varint(member ? 1 : 0);
      if (member) Struct(*member);
    } else {
      Field(member);
    }
    tag_count_at_ = outer;
    InsertSize(at);
  }

  // Ends a run of fields that is no struct (a header) with an empty set of tagged fields.
  void EndTags();

  void Varint(uint32_t value);

 private:
  friend class Codec<Writer>;

  static constexpr size_t kNoTags = ~size_t{0};

  template <typename T>
  void Number(T value) {
    using Raw = WireInteger<T>;
    const size_t at = out_.size();
    out_.resize(at + sizeof(Raw));
    if constexpr (std::is_same_v<T, double>) {
      StoreBigEndian(out_.data() + at, std::bit_cast<Raw>(value));
    } else {
      StoreBigEndian(out_.data() + at, static_cast<Raw>(value));
    }
  }

  void Sized(std::string_view text);
  void Sized(const OpaqueBytes& opaque);
  void Sized(const RequestRecords& records);
  void Sized(const ResponseRecords& records);
  template <typename T>
  void Sized(const std::vector<T>& values) {
    Length(values.size(), /*text=*/false);
    for (const T& value : values) Field(value);
  }

  template <typename T>
  void Nullable(const std::optional<T>& value) {
    if constexpr (kHasLength<T>) {
      value ? Sized(*value) : Null(kIsText<T>);
    } else {
      Number(static_cast<int8_t>(value ? 1 : -1));
      if (value) Struct(*value);
    }
  }

  template <typename T>
  void Required(const std::optional<T>& value) {
    if (value) {
      Field(*value);
    } else {
      const T empty{};
      Field(empty);
    }
  }

  template <typename T>
  void Struct(const T& value) {
    const size_t outer = std::exchange(tag_count_at_, kNoTags);
    T::Fields(*this, value, version());
    EndTags();
    tag_count_at_ = outer;
  }

  void Length(size_t length, bool text);
  void Null(bool text);
  // Counts one more tagged field of the innermost struct, and returns where its bytes begin.
  size_t BeginTag(uint32_t tag);
  // Puts the size of what was written since `at` in front of it.
  void InsertSize(size_t at);

  Buffer& out_;
  std::vector<Splice>* splices_;
  uint64_t splice_bytes_ = 0;
  size_t tag_count_at_ = kNoTags;  // of the innermost struct, if it has tagged fields so far
  size_t too_long_ = 0;            // the first string that did not fit
};

}  // namespace varve::wire
