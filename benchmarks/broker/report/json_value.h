#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace varve::bench {

// A JSON value in memory. What is not there is null, and so is what has another type.
struct JsonValue {
  enum class Kind { kNull, kBool, kNumber, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  double number = 0;  // of a bool: 1 or 0
  std::string text;
  std::vector<JsonValue> elements;  // of an array, and the values of an object
  std::vector<std::string> names;   // of an object's values, in the same order

  bool null() const { return kind == Kind::kNull; }
  const JsonValue& operator[](std::string_view name) const;
};

// InvalidArgument: it is not one JSON value, or nests deeper than 100 levels.
absl::StatusOr<JsonValue> ParseJson(std::string_view text);

}  // namespace varve::bench
