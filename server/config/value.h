#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "server/config/property.h"

namespace varve::config {

// A value of a property's type: null, bool, any integer, double, any text, list.
using Value =
    std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<std::string>>;

// Which values a check lets through.
enum class Strictness {
  kNew,     // what somebody sets now
  kStored,  // what was set long ago, maybe by an older Kafka
};

// Reads `text` as the property's type and checks that it is permitted. White space around it and
// around list elements does not count.
// InvalidArgument: "segment.bytes=5: permitted is an integer from 1048576 to 2147483647".
absl::StatusOr<Value> ParseValue(const Property& property, std::string_view text,
                                 Strictness strictness = Strictness::kNew);

// The property's default as a value.
Value DefaultValue(const Property& property);

// What is permitted, in words: "an integer from 1 to 100", "one of: gzip, zstd".
std::string Permitted(const Property& property, Strictness strictness = Strictness::kNew);

// The value as Kafka prints it: true, 42, 0.5, a,b. Null is empty.
std::string ValueText(const Value& value);

std::string_view TypeName(Type type);

// What `value` holds, or `null_value` if it is null. Requires: nothing else than a T or null.
template <typename T>
T ValueOr(const Value& value, T null_value) {
  if (std::holds_alternative<std::monostate>(value)) return null_value;
  const T* held = std::get_if<T>(&value);
  VARVE_CHECK(held != nullptr, "{} is of another type", ValueText(value));
  return *held;
}

// Text of others as messages show it: cut to a few hundred bytes, control characters as '?'.
std::string Shown(std::string_view text);

// Without white space at its ends; and the elements of "a, b,c" likewise.
std::string_view Trim(std::string_view text);
std::vector<std::string> SplitList(std::string_view text);
std::string Join(const std::vector<std::string>& elements, std::string_view separator);

}  // namespace varve::config
