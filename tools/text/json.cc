#include "tools/text/json.h"

#include <fmt/format.h>

#include "server/config/utf8.h"
#include "tools/text/rapidjson_reader.h"

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

// Takes any value that does not nest too deep.
class Depth : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Depth> {
 public:
  bool Default() { return true; }
  bool StartObject() { return ++depth_ <= kDepthMax; }
  bool EndObject(rapidjson::SizeType /*members*/) { return Leave(); }
  bool StartArray() { return ++depth_ <= kDepthMax; }
  bool EndArray(rapidjson::SizeType /*elements*/) { return Leave(); }

 private:
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

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
  Depth depth;
  if (ReadJson<rapidjson::kParseNumbersAsStringsFlag>(text, depth).IsError()) return std::nullopt;
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!in_string && IsBlank(text[i])) continue;
    out += text[i];
    if (text[i] == '"') in_string = !in_string;
    if (text[i] == '\\') out += text[++i];  // only in a string, and never its last
  }
  return out;
}

}  // namespace varve::text
