#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Looks through a message for error codes, those of entries included.
template <typename OnError>
class ErrorTally : public Codec<ErrorTally<OnError>> {
 public:
  ErrorTally(int version, OnError& on_error) : on_error_(on_error) {
    this->Use(version, /*flexible=*/true);  // tagged fields count as well
  }

  template <typename T>
  void Tagged(int /*tag*/, const T& member, const std::type_identity_t<T>& absent = {}) {
    if (!(member == absent)) this->Field(member);
  }

 private:
  friend class Codec<ErrorTally>;

  template <typename T>
  void Number(const T& value) {
    if constexpr (std::is_same_v<T, ErrorCode>) on_error_(value);
  }
  template <typename T>
  void Sized(const T& value) {
    if constexpr (kIsArray<T>) {
      using Element = typename T::value_type;
      if constexpr (!kIsText<Element> && !std::is_arithmetic_v<Element>) {
        for (const Element& element : value) this->Field(element);
      }
    }
  }
  template <typename T>
  void Nullable(const std::optional<T>& value) {
    if (value) this->Field(*value);
  }
  template <typename T>
  void Required(const std::optional<T>& value) {
    Nullable(value);
  }
  template <typename T>
  void Struct(const T& value) {
    T::Fields(*this, value, this->version());
  }

  OnError& on_error_;
};

// Calls `on_error(ErrorCode)` for each error code that a message of this version carries, kNone
// too. Allocates nothing.
template <typename Message, typename OnError>
void ForEachError(const Message& message, int version, OnError&& on_error) {
  ErrorTally<std::remove_reference_t<OnError>> tally(version, on_error);
  tally(message);
}

}  // namespace varve::wire
