#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace varve::config {

// A character outside Unicode, or a byte sequence that is none.
inline constexpr uint32_t kNoCharacter = 0xffffffff;

// Takes the first character from `text`, which is not empty, and drops it there. A malformed
// sequence gives kNoCharacter and drops one byte.
uint32_t TakeUtf8(std::string_view& text);

bool ValidUtf8(std::string_view text);

// Appends one character. Surrogates and what lies past U+10FFFF become U+FFFD.
void AppendUtf8(std::string& out, uint32_t character);

// The same text, each byte of `text` being one character (ISO 8859-1).
std::string Latin1ToUtf8(std::string_view text);

}  // namespace varve::config
