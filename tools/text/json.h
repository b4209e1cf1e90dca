#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace varve::text {

// `text` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD.
std::string JsonString(std::string_view text);

// The same JSON value on one line, without blanks between its parts; nothing if `text` is not
// exactly one JSON value in UTF-8, nests deeper than 200 levels, has a number beyond what a double
// holds, or half of a surrogate pair.
std::optional<std::string> CompactJson(std::string_view text);

}  // namespace varve::text
