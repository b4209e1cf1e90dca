#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/bytes_field.h"
#include "server/wire/records_field.h"

namespace varve::wire {

// One field list serves reading, writing and sizing. A message or a part of one is a plain struct:
//
//   struct PartitionOffsets {
//     int32_t partition = 0;
//     int64_t start_offset = -1;  // unknown before version 2
//     std::optional<std::string_view> rack;
//     static void Fields(auto& codec, auto& self, int version) {
//       codec(self.partition);
//       if (version >= 2) codec(self.start_offset);
//       codec(self.rack);
//       codec.Tagged(0, self.other, -1);  // tagged fields come last, in the order of their tags
//     }
//   };
//
// The type of a member is its type on the wire:
//   bool, intN_t, uintN_t, double, an enum    that many bytes, big-endian
//   Uuid                                      16 bytes, high half first
//   std::string_view, std::string             a string that must not be null
//   OpaqueBytes                               bytes that must not be null (bytes_field.h)
//   RequestRecords, ResponseRecords           record batches (records_field.h)
//   std::vector<T>                            an array that must not be null
//   std::optional<T>                          T, or null
//   any other struct                          its own field list
// Lengths are 16 or 32 bits wide, or in flexible versions varints of one more than the length;
// every struct of a flexible version ends with its tagged fields. No field list sees that.
//
// A field that a version does not carry keeps its default when read and is dropped when written.

template <typename T>
inline constexpr bool kIsText =
    std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>;
template <typename T>
inline constexpr bool kIsOpaque = std::is_same_v<T, OpaqueBytes>;
template <typename T>
inline constexpr bool kIsRecords =
    std::is_same_v<T, RequestRecords> || std::is_same_v<T, ResponseRecords>;
template <typename T>
inline constexpr bool kIsArray = false;
template <typename T>
inline constexpr bool kIsArray<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
inline constexpr bool kIsNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;
// Begins with a length, which also tells null.
template <typename T>
inline constexpr bool kHasLength = kIsText<T> || kIsOpaque<T> || kIsRecords<T> || kIsArray<T>;

// A struct that may be null: a byte tells, 1 or -1, and in a tagged field a varint, 1 or 0.
template <typename T>
inline constexpr bool kIsNullableStruct = false;
template <typename T>
inline constexpr bool kIsNullableStruct<std::optional<T>> = !kHasLength<T>;

// The integer that stands for a number on the wire.
template <typename T>
struct WireIntegerOf {
  using type = T;
};
template <>
struct WireIntegerOf<bool> {
  using type = uint8_t;
};
template <>
struct WireIntegerOf<double> {
  using type = uint64_t;
};
template <typename T>
  requires std::is_enum_v<T>
struct WireIntegerOf<T> : std::underlying_type<T> {};
template <typename T>
using WireInteger = typename WireIntegerOf<T>::type;

// What Reader, Writer and MinSizer share: which operation a member's type asks for.
template <typename Derived>
class Codec {
  friend Derived;
  Codec() = default;

 public:
  int version() const { return version_; }
  bool flexible() const { return flexible_; }

  // The version of the fields that follow, and whether it is a flexible one.
  void Use(int version, bool flexible) {
    version_ = version;
    flexible_ = flexible;
  }

  template <typename... Members>
  void operator()(Members&... members) {
    (Field(members), ...);
  }

  // For a member that may be null only from version `first` on. Earlier, null is an error to a
  // reader, and a writer puts the empty value in its place.
  template <typename Optional>
  void NullableFrom(int first, Optional& member) {
    if (version_ >= first) {
      derived().Nullable(member);
    } else {
      derived().Required(member);
    }
  }

 protected:
  template <typename Member>
  void Field(Member& member) {
    using T = std::remove_const_t<Member>;
    if constexpr (kIsNumber<T>) {
      derived().Number(member);
    } else if constexpr (std::is_same_v<T, Uuid>) {
      derived().Number(member.high);
      derived().Number(member.low);
    } else if constexpr (kHasLength<T>) {
      derived().Sized(member);
    } else if constexpr (kIsOptional<T>) {
      derived().Nullable(member);
    } else {
      derived().Struct(member);
    }
  }

 private:
  Derived& derived() { return static_cast<Derived&>(*this); }

  int version_ = 0;
  bool flexible_ = false;
};

}  // namespace varve::wire
