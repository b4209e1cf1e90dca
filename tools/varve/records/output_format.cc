#include "tools/varve/records/output_format.h"

#include <fmt/format.h>

#include "engine/base/status.h"
#include "tools/text/time_text.h"
#include "tools/varve/records/input_format.h"

namespace varve::cli {
namespace {

constexpr std::string_view kParts = "tpokshTDKS";

// Text is what lies there, byte for byte.
void AppendBytes(std::string& out, std::optional<std::string_view> bytes, text::ByteFormat format) {
  if (!bytes) return;
  if (format == text::ByteFormat::kText) {
    out += *bytes;
  } else {
    out += text::BytesText(AsBytes(*bytes), format);
  }
}

int64_t SizeOf(std::optional<std::string_view> bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

}  // namespace

absl::StatusOr<OutputFormat> OutputFormat::Parse(std::string_view text, text::ByteFormat key_format,
                                                 text::ByteFormat value_format) {
  OutputFormat format;
  format.key_format_ = key_format;
  format.value_format_ = value_format;
  while (!text.empty()) {
    const size_t percent = std::min(text.find('%'), text.size());
    if (percent > 0) {
      ASSIGN_OR_RETURN(std::string plain, Unescape(text.substr(0, percent)));
      format.parts_.push_back({0, std::move(plain)});
      text.remove_prefix(percent);
      continue;
    }
    const char what = text.size() > 1 ? text[1] : ' ';
    if (what == '%') {
      format.parts_.push_back({0, "%"});
    } else if (kParts.find(what) != std::string_view::npos) {
      format.parts_.push_back({what, ""});
    } else {
      return absl::InvalidArgumentError(
          fmt::format("behind a % there may be one of {} or another %, not \"{}\"", kParts, what));
    }
    text.remove_prefix(2);
  }
  return format;
}

void OutputFormat::Append(std::string& out, const ConsumedRecord& record) const {
  for (const Part& part : parts_) {
    if (part.what == 0) {
      out += part.text;
    } else {
      AppendPart(out, part.what, record);
    }
  }
}

void OutputFormat::AppendPart(std::string& out, char what, const ConsumedRecord& record) const {
  const auto number = [&out](int64_t value) {
    fmt::format_to(std::back_inserter(out), "{}", value);
  };
  switch (what) {
    case 't':
      out += record.topic;
      return;
    case 'p':
      return number(record.partition);
    case 'o':
      return number(record.offset);
    case 'T':
      return number(record.timestamp_ms);
    case 'D':
      out += text::TimeText(record.timestamp_ms);
      return;
    case 'k':
      return AppendBytes(out, record.key, key_format_);
    case 'K':
      return number(SizeOf(record.key));
    case 's':
      return AppendBytes(out, record.value, value_format_);
    case 'S':
      return number(SizeOf(record.value));
    default:
      break;
  }
  for (size_t i = 0; i < record.headers.size(); ++i) {
    if (i > 0) out += ',';
    out += record.headers[i].name;
    out += '=';
    AppendBytes(out, record.headers[i].value, value_format_);
  }
}

}  // namespace varve::cli
