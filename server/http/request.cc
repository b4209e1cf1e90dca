#include "server/http/request.h"

#include <algorithm>
#include <optional>

namespace varve::http {
namespace {

using State = Parsed::State;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsTokenChar(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return IsDigit(c) || IsLetter(c) || kOthers.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsTokenChar);
}

bool IsTarget(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// Bytes above 0x7f are old, and allowed.
bool IsFieldValue(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
  });
}

std::string_view TrimBlanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

// Takes what stands before `separator`, which is dropped; all of it if there is none.
std::string_view TakeUntil(std::string_view& text, std::string_view separator) {
  const size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
  return taken;
}

// "/path?query" or "http://host/path?query"; empty if it is neither.
std::string_view PathOf(std::string_view target) {
  if (target == "*") return target;
  constexpr std::string_view kScheme = "http://";
  if (target.size() >= kScheme.size() && SameWord(target.substr(0, kScheme.size()), kScheme)) {
    target.remove_prefix(kScheme.size());
    const size_t end = target.find_first_of("/?");
    if (end == std::string_view::npos || target[end] == '?') return "/";
    target.remove_prefix(end);
  }
  if (!target.starts_with('/')) return {};
  return target.substr(0, target.find('?'));
}

// What the fields of a head have said so far.
struct Fields {
  size_t hosts = 0;
  bool close = false;
  bool keep_alive = false;
  bool chunked = false;
  std::optional<std::string_view> length{};
};

bool IsZero(std::string_view digits) {
  return std::ranges::all_of(digits, [](char c) { return c == '0'; });
}

bool ReadField(std::string_view line, Fields& fields) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (!IsToken(name) || !IsFieldValue(value)) return false;
  if (SameWord(name, "host")) ++fields.hosts;
  if (SameWord(name, "transfer-encoding")) fields.chunked = true;
  if (SameWord(name, "content-length")) {
    const bool number = !value.empty() && std::ranges::all_of(value, IsDigit);
    if (!number || (fields.length && *fields.length != value)) return false;
    fields.length = value;
  }
  if (SameWord(name, "connection")) {
    while (!value.empty()) {
      const std::string_view option = TrimBlanks(TakeUntil(value, ","));
      if (SameWord(option, "close")) fields.close = true;
      if (SameWord(option, "keep-alive")) fields.keep_alive = true;
    }
  }
  return true;
}

// "HTTP/1.1"
bool IsVersion(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && IsDigit(text[5]) && text[6] == '.' &&
         IsDigit(text[7]);
}

State ReadHead(std::string_view head, Request& request) {
  std::string_view line = TakeUntil(head, kLineEnd);
  request.method = TakeUntil(line, " ");
  const std::string_view target = TakeUntil(line, " ");
  if (!IsToken(request.method) || !IsTarget(target) || !IsVersion(line)) return State::kBad;
  if (line[5] != '1' || (line[7] != '0' && line[7] != '1')) return State::kOtherVersion;
  request.path = PathOf(target);
  if (request.path.empty()) return State::kBad;
  Fields fields;
  while (!head.empty()) {
    if (!ReadField(TakeUntil(head, kLineEnd), fields)) return State::kBad;
  }
  const bool newer = line[7] == '1';
  if (fields.hosts > 1 || (newer && fields.hosts == 0)) return State::kBad;
  request.keep_alive = !fields.close && (newer || fields.keep_alive);
  request.has_body = fields.chunked || (fields.length && !IsZero(*fields.length));
  return State::kOk;
}

// Whether these may become a request, as far as they go.
bool MayBegin(std::string_view bytes) {
  const std::string_view method = bytes.substr(0, bytes.find(' '));
  return std::ranges::all_of(method, IsTokenChar) && !bytes.starts_with(' ');
}

}  // namespace

Parsed ParseRequest(std::string_view bytes) {
  std::string_view rest = bytes;
  while (rest.starts_with(kLineEnd)) rest.remove_prefix(kLineEnd.size());  // after an old body
  const size_t skipped = bytes.size() - rest.size();
  const size_t end = rest.find(kHeadEnd);
  Parsed parsed;
  if (end == std::string_view::npos) {
    if (rest != "\r" && !MayBegin(rest)) {
      parsed.state = State::kBad;
    } else if (bytes.size() >= kHeadBytesMax) {
      parsed.state = State::kTooLarge;
    }
    return parsed;
  }
  parsed.request.head_bytes = skipped + end + kHeadEnd.size();
  parsed.state = parsed.request.head_bytes > kHeadBytesMax
                     ? State::kTooLarge
                     : ReadHead(rest.substr(0, end), parsed.request);
  return parsed;
}

}  // namespace varve::http
