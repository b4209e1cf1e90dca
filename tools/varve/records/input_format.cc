#include "tools/varve/records/input_format.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "tools/varve/records/json_record.h"

namespace varve::cli {
namespace {

absl::StatusOr<std::optional<std::string>> Decode(std::string_view text, text::ByteFormat format,
                                                  bool empty_is_null, std::string_view what) {
  if (text.empty() && empty_is_null) return std::optional<std::string>();
  if (format == text::ByteFormat::kText) return std::optional<std::string>(text);
  const auto bytes = text::ParseBytes(text, format);
  if (!bytes) {
    constexpr size_t kShown = 60;
    return absl::InvalidArgumentError(
        fmt::format("the {} \"{}\" is no {}", what, text::Printable(text.substr(0, kShown)),
                    format == text::ByteFormat::kHex ? "hex" : "base64"));
  }
  return std::optional<std::string>(AsText(*bytes));
}

absl::StatusOr<Record> ParseLine(const InputFormat& format, std::string_view piece) {
  Record record;
  std::string_view value = piece;
  if (format.key_delimiter) {
    const size_t at = piece.find(*format.key_delimiter);
    if (at == std::string_view::npos) {
      return absl::InvalidArgumentError("there is no key: the key delimiter does not occur");
    }
    ASSIGN_OR_RETURN(record.key,
                     Decode(piece.substr(0, at), format.key_format, format.empty_is_null, "key"));
    value = piece.substr(at + format.key_delimiter->size());
  }
  ASSIGN_OR_RETURN(record.value, Decode(value, format.value_format, format.empty_is_null, "value"));
  return record;
}

}  // namespace

absl::StatusOr<Record> ParseRecord(const InputFormat& format, std::string_view piece) {
  absl::StatusOr<Record> record = format.json ? ParseJsonRecord(piece) : ParseLine(format, piece);
  if (!record.ok()) return record;
  if (!record->key) record->key = format.key;
  if (format.any_partition) record->partition.reset();
  if (!record->partition) record->partition = format.partition;
  record->headers.insert(record->headers.begin(), format.headers.begin(), format.headers.end());
  return record;
}

absl::StatusOr<std::vector<Header>> ParseHeaders(const std::vector<std::string>& texts) {
  std::vector<Header> headers;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (text.empty() || equals == 0) {
      return absl::InvalidArgumentError(fmt::format("\"{}\" is not NAME=VALUE", text));
    }
    Header& header = headers.emplace_back();
    header.name = text.substr(0, equals);
    if (equals != std::string::npos) header.value = text.substr(equals + 1);
  }
  return headers;
}

absl::StatusOr<std::string> Unescape(std::string_view text) {
  constexpr std::string_view kLetters = "ntr0\\";
  constexpr std::string_view kMeant("\n\t\r\0\\", kLetters.size());
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const std::string_view rest = text.substr(i + 1);
    const size_t letter = rest.empty() ? std::string_view::npos : kLetters.find(rest.front());
    const auto byte = rest.starts_with('x') && rest.size() >= 3
                          ? text::ParseBytes(rest.substr(1, 2), text::ByteFormat::kHex)
                          : std::nullopt;
    if (letter == std::string_view::npos && !byte) {
      return absl::InvalidArgumentError(fmt::format(
          "\"{}\": behind a backslash there may be n, t, r, 0, xNN or a backslash", text));
    }
    out += byte ? static_cast<char>(byte->front()) : kMeant[letter];
    i += byte ? 3 : 1;
  }
  return out;
}

}  // namespace varve::cli
