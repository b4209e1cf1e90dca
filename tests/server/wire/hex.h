#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace varve::wire {

// "00 1f" and "001f" are the same two bytes.
inline Buffer FromHex(std::string_view text) {
  Buffer bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::byte>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

inline std::string ToHex(Bytes bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[static_cast<int>(b) >> 4];
    text += "0123456789abcdef"[static_cast<int>(b) & 15];
  }
  return text;
}

}  // namespace varve::wire
