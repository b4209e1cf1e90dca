#include "tools/text/byte_text.h"

#include <fmt/format.h>

#include "server/config/utf8.h"
#include "tools/text/json.h"

namespace varve::text {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void AppendPrintable(std::string& out, std::string_view character, bool valid) {
  const char c = character.front();
  if (c == '\\') {
    out += "\\\\";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (!valid || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  } else {
    out += character;
  }
}

std::optional<Buffer> ParseHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const size_t high = kHexDigits.find(static_cast<char>(text[i] | 0x20));
    const size_t low = kHexDigits.find(static_cast<char>(text[i + 1] | 0x20));
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return bytes;
}

std::optional<Buffer> ParseBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  Buffer bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t digit = kBase64Digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(digit)) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> count));
  }
  return bytes;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    const bool valid = config::TakeUtf8(rest) != config::kNoCharacter;
    AppendPrintable(out, text.substr(0, text.size() - rest.size()), valid);
    text = rest;
  }
  return out;
}

std::string Hex(Bytes bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    text += kHexDigits[static_cast<size_t>(b) >> 4];
    text += kHexDigits[static_cast<size_t>(b) & 15];
  }
  return text;
}

std::string Base64(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint32_t>(bytes[i + k]) : 0);
    }
    const size_t left = bytes.size() - i;
    text += kBase64Digits[group >> 18];
    text += kBase64Digits[group >> 12 & 63];
    text += left > 1 ? kBase64Digits[group >> 6 & 63] : '=';
    text += left > 2 ? kBase64Digits[group & 63] : '=';
  }
  return text;
}

std::string BytesText(Bytes bytes, ByteFormat format) {
  if (format == ByteFormat::kHex) return Hex(bytes);
  if (format == ByteFormat::kBase64) return Base64(bytes);
  if (format == ByteFormat::kJson) {
    if (auto json = CompactJson(AsText(bytes))) return *std::move(json);
  }
  return Printable(AsText(bytes));
}

std::string BytesJson(Bytes bytes, ByteFormat format) {
  if (format == ByteFormat::kHex) return fmt::format("\"{}\"", Hex(bytes));
  if (format == ByteFormat::kBase64) return fmt::format("\"{}\"", Base64(bytes));
  if (format == ByteFormat::kJson) {
    if (auto json = CompactJson(AsText(bytes))) return *std::move(json);
  }
  return JsonString(AsText(bytes));
}

std::optional<Buffer> ParseBytes(std::string_view text, ByteFormat format) {
  if (format == ByteFormat::kHex) return ParseHex(text);
  if (format == ByteFormat::kBase64) return ParseBase64(text);
  const Bytes bytes = AsBytes(text);
  return Buffer(bytes.begin(), bytes.end());
}

}  // namespace varve::text
