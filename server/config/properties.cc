#include "server/config/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "server/config/utf8.h"

namespace varve::config {
namespace {

bool Blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view SkipBlanks(std::string_view text) {
  const auto* first = std::find_if_not(text.begin(), text.end(), Blank);
  text.remove_prefix(static_cast<size_t>(first - text.begin()));
  return text;
}

// Cuts one line, without its end (LF, CR or both), from the front of `text`.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
  } else if (!text.empty()) {
    text.remove_prefix(1);
  }
  return line;
}

// A line goes on in the next one if it ends in an odd number of backslashes.
bool Continues(std::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// Cuts the next logical line from `text`: its natural lines put together, escapes still in it.
std::string TakeLogicalLine(std::string_view& text, int& line_number) {
  std::string logical;
  bool more = true;
  while (more && !text.empty()) {
    std::string_view line = SkipBlanks(TakeLine(text));
    ++line_number;
    const bool comment = logical.empty() && (line.starts_with('#') || line.starts_with('!'));
    more = !comment && Continues(line);
    if (more) line.remove_suffix(1);
    logical += line;
    if (comment) break;
  }
  return logical;
}

// Where the key ends: at the first separator that is not escaped.
size_t KeySize(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' || Blank(line[i])) {
      return i;
    }
  }
  return line.size();
}

std::string_view ValuePart(std::string_view line, size_t key_size) {
  std::string_view rest = SkipBlanks(line.substr(std::min(key_size, line.size())));
  if (rest.starts_with('=') || rest.starts_with(':')) rest = SkipBlanks(rest.substr(1));
  return rest;
}

// The four digits of a \uXXXX at the front of `text`, which are dropped there.
std::optional<uint32_t> TakeHex4(std::string_view& text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t unit = 0;
  for (const char c : text.substr(0, 4)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    const size_t digit = kDigits.find(lower);
    if (digit == std::string_view::npos) return std::nullopt;
    unit = unit << 4 | static_cast<uint32_t>(digit);
  }
  text.remove_prefix(4);
  return unit;
}

// A character written as \uXXXX, or as two of them (a surrogate pair). `text` is behind the 'u'.
std::optional<uint32_t> TakeEscapedCharacter(std::string_view& text) {
  const std::optional<uint32_t> unit = TakeHex4(text);
  if (!unit || (*unit & 0xfc00) != 0xd800 || !text.starts_with("\\u")) return unit;
  std::string_view behind = text.substr(2);
  const std::optional<uint32_t> low = TakeHex4(behind);
  if (!low || (*low & 0xfc00) != 0xdc00) return unit;
  text = behind;
  return 0x10000 + ((*unit & 0x3ff) << 10) + (*low & 0x3ff);
}

char Unescape(char c) {
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

// False for a malformed \uXXXX, and for a zero, which no path and no name may contain.
bool UnescapeAll(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out.push_back(c);
    } else if (text.starts_with('u')) {
      text.remove_prefix(1);
      const std::optional<uint32_t> character = TakeEscapedCharacter(text);
      if (!character) return false;
      AppendUtf8(out, *character);
    } else if (!text.empty()) {
      out.push_back(Unescape(text.front()));
      text.remove_prefix(1);
    }
  }
  return out.find('\0') == std::string::npos;
}

void AppendUnit(std::string& out, uint32_t unit) { out += fmt::format("\\u{:04X}", unit); }

void AppendEscaped(std::string& out, uint32_t character) {
  switch (character) {
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  if (character >= 0x10000 && character <= 0x10ffff) {
    AppendUnit(out, 0xd800 + ((character - 0x10000) >> 10));
    AppendUnit(out, 0xdc00 + ((character - 0x10000) & 0x3ff));
  } else if (character < 0x20 || character > 0x7e) {
    AppendUnit(out, character == kNoCharacter ? 0xfffd : character);
  } else {
    if (std::string_view("\\=:#!").find(static_cast<char>(character)) != std::string_view::npos) {
      out.push_back('\\');
    }
    out.push_back(static_cast<char>(character));
  }
}

// A blank ends a key anywhere, but is lost only at the front of a value.
std::string Escape(std::string_view text, bool key) {
  std::string out;
  bool front = true;
  while (!text.empty()) {
    const uint32_t character = TakeUtf8(text);
    if (character == ' ' && (key || front)) out.push_back('\\');
    front = false;
    AppendEscaped(out, character);
  }
  return out;
}

}  // namespace

absl::StatusOr<std::vector<PropertyEntry>> ParseProperties(std::string_view text) {
  if (text.size() > kPropertiesBytesMax) {
    return absl::ResourceExhaustedError(fmt::format(
        "properties text has {} bytes, at most {} are read", text.size(), kPropertiesBytesMax));
  }
  const std::string converted = ValidUtf8(text) ? std::string(text) : Latin1ToUtf8(text);
  std::string_view rest = converted;
  std::vector<PropertyEntry> entries;
  int line_number = 0;
  while (!rest.empty()) {
    PropertyEntry entry{.key = {}, .value = {}, .line = line_number + 1};
    const std::string line = TakeLogicalLine(rest, line_number);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const size_t key_size = KeySize(line);
    if (!UnescapeAll(std::string_view(line).substr(0, key_size), entry.key) ||
        !UnescapeAll(ValuePart(line, key_size), entry.value)) {
      return absl::InvalidArgumentError(
          fmt::format("line {}: malformed \\uXXXX escape or a zero byte", entry.line));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string FormatProperties(const std::vector<std::string>& comments,
                             const std::vector<PropertyEntry>& entries) {
  std::string out;
  for (const std::string& comment : comments) out += fmt::format("#{}\n", comment);
  for (const PropertyEntry& entry : entries) {
    out += fmt::format("{}={}\n", Escape(entry.key, true), Escape(entry.value, false));
  }
  return out;
}

}  // namespace varve::config
