#include "tools/text/json.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/config/utf8.h"

namespace varve::text {
namespace {

constexpr int kDepthMax = 200;

void AppendEscaped(std::string& out, uint32_t character) {
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (character < 0x20 || character == 0x7f) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", character);
  } else {
    config::AppendUtf8(out, character);
  }
}

// Reads one JSON value and copies it without blanks.
class Compactor {
 public:
  explicit Compactor(std::string_view text) : rest_(text) {}

  std::optional<std::string> Run() {
    if (!Value(0)) return std::nullopt;
    SkipBlanks();
    if (!rest_.empty()) return std::nullopt;
    return std::move(out_);
  }

 private:
  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }
  bool Next(char c) { return !rest_.empty() && rest_.front() == c; }
  bool Take(char c) {
    SkipBlanks();
    if (!Next(c)) return false;
    out_ += c;
    rest_.remove_prefix(1);
    return true;
  }
  void Copy(size_t bytes) {
    out_ += rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
  }
  bool Word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    Copy(word.size());
    return true;
  }

  bool Value(int depth) {
    if (depth > kDepthMax) return false;
    SkipBlanks();
    if (Next('{')) return Members('{', '}', depth);
    if (Next('[')) return Members('[', ']', depth);
    if (Next('"')) return String();
    return Word("true") || Word("false") || Word("null") || Number();
  }

  bool Members(char open, char close, int depth) {
    Take(open);
    if (Take(close)) return true;
    do {
      SkipBlanks();
      if (open == '{' && (!String() || !Take(':'))) return false;
      if (!Value(depth + 1)) return false;
    } while (Take(','));
    return Take(close);
  }

  bool String() {
    if (!Next('"')) return false;
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') {
      if (static_cast<unsigned char>(rest_[end]) < 0x20) return false;
      if (rest_[end] == '\\') {
        const size_t length = EscapeLength(rest_.substr(end));
        if (length == 0) return false;
        end += length;
      } else {
        ++end;
      }
    }
    if (end >= rest_.size()) return false;
    Copy(end + 1);
    return true;
  }

  static size_t EscapeLength(std::string_view text) {
    if (text.size() < 2) return 0;
    if (std::string_view("\"\\/bfnrt").find(text[1]) != std::string_view::npos) return 2;
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    if (text[1] != 'u' || text.size() < 6) return 0;
    return text.substr(2, 4).find_first_not_of(kHex) == std::string_view::npos ? 6 : 0;
  }

  size_t Digits(size_t at) const {
    const size_t end = rest_.find_first_not_of("0123456789", at);
    return (end == std::string_view::npos ? rest_.size() : end) - at;
  }

  bool Number() {
    size_t at = Next('-') ? 1 : 0;
    const size_t whole = Digits(at);
    if (whole == 0 || (whole > 1 && rest_[at] == '0')) return false;
    at += whole;
    if (at < rest_.size() && rest_[at] == '.') {
      const size_t digits = Digits(at + 1);
      if (digits == 0) return false;
      at += 1 + digits;
    }
    if (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E')) {
      ++at;
      if (at < rest_.size() && (rest_[at] == '+' || rest_[at] == '-')) ++at;
      const size_t digits = Digits(at);
      if (digits == 0) return false;
      at += digits;
    }
    Copy(at);
    return true;
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const uint32_t character = config::TakeUtf8(text);
    AppendEscaped(out, character == config::kNoCharacter ? 0xfffd : character);
  }
  return out + '"';
}

std::optional<std::string> CompactJson(std::string_view text) {
  if (!config::ValidUtf8(text)) return std::nullopt;
  return Compactor(text).Run();
}

}  // namespace varve::text
