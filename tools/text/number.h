#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace varve::text {

// The whole text as a decimal number; nothing if it is anything else, or too large for T.
template <std::integral T>
std::optional<T> ParseNumber(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace varve::text
