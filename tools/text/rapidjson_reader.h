#pragma once

// RapidJSON's reader, and what its users have in common.

// It adds to a null pointer to see that it has to allocate, which sanitizers take for a fault.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include <string_view>

namespace varve::text {

// Gives the events of the one value in `text` to `handler`, which is one of RapidJSON's. Neither
// recursion, which deep nesting would misuse, nor text that is no UTF-8.
template <unsigned kMoreFlags = 0>
rapidjson::ParseResult ReadJson(std::string_view text, auto& handler) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | kMoreFlags;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  return reader.Parse<kFlags>(stream, handler);
}

}  // namespace varve::text
