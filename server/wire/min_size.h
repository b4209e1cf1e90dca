#pragma once

#include <algorithm>
#include <cstddef>

#include "server/wire/codec.h"

namespace varve::wire {

// Adds up the fewest bytes that fields can take on the wire: every length zero, no tagged field.
class MinSizer : public Codec<MinSizer> {
 public:
  MinSizer(int version, bool flexible) { Use(version, flexible); }

  size_t bytes() const { return bytes_; }

  template <typename T>
  void Tagged(int /*tag*/, T& /*member*/, const std::remove_const_t<T>& /*absent*/ = {}) {}

 private:
  friend class Codec<MinSizer>;

  template <typename T>
  void Number(T& /*value*/) {
    bytes_ += sizeof(WireInteger<std::remove_const_t<T>>);
  }
  template <typename T>
  void Sized(T& /*value*/) {
    bytes_ += flexible() ? 1 : kIsText<std::remove_const_t<T>> ? 2 : 4;
  }
  template <typename T>
  void Nullable(const std::optional<T>& /*value*/) {
    if constexpr (kHasLength<T>) {
      Sized(static_cast<const T&>(T{}));
    } else {
      bytes_ += 1;  // the marker
    }
  }
  template <typename T>
  void Required(const std::optional<T>& value) {
    Nullable(value);
  }
  template <typename T>
  void Struct(T& value) {
    std::remove_const_t<T>::Fields(*this, value, version());
    if (flexible()) bytes_ += 1;
  }

  template <typename T>
  friend size_t MinSize(int version, bool flexible);

  size_t bytes_ = 0;
};

// The fewest bytes that one T takes: what bounds a count of them by the bytes that are left.
template <typename T>
size_t MinSize(int version, bool flexible) {
  MinSizer sizer(version, flexible);
  const T value{};
  sizer(value);
  return std::max<size_t>(sizer.bytes(), 1);
}

}  // namespace varve::wire
