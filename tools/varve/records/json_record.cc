#include "tools/varve/records/json_record.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "server/config/utf8.h"
#include "tools/text/byte_text.h"
#include "tools/text/json_writer.h"
#include "tools/text/rapidjson_reader.h"

namespace varve::cli {
namespace {

constexpr std::string_view kBase64 = "Base64";

// The text of a member "value", or the bytes of "valueBase64".
void AddBytes(text::JsonWriter& json, std::string name, std::optional<std::string_view> bytes) {
  if (!bytes) {
    json.Key(name).Null();
  } else if (config::ValidUtf8(*bytes)) {
    json.Field(name, *bytes);
  } else {
    json.Field(name.append(kBase64), text::Base64(AsBytes(*bytes)));
  }
}

// Takes the events of one object into a record.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(Record& record) : record_(record) {}

  const std::string& error() const { return error_; }
  bool whole() const { return seen_ && depth_ == 0; }

  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    name_.assign(text, size);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return TakeBytes(std::string(text, size));
  }
  bool Null() { return TakeBytes(std::nullopt); }
  bool Int(int value) { return TakeNumber(value); }
  bool Uint(unsigned value) { return TakeNumber(value); }
  bool Int64(int64_t value) { return TakeNumber(value); }
  bool Uint64(uint64_t value) {
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return Default();
    return TakeNumber(static_cast<int64_t>(value));
  }
  // Any other number, true and false.
  bool Default() { return Passed() || Fail(fmt::format("\"{}\" has a wrong type", name_)); }

  bool StartObject() {
    if (depth_ == 0 && !seen_) {
      seen_ = true;
    } else if (depth_ == kInHeaders) {
      record_.headers.emplace_back();
    } else {
      return Default();
    }
    ++depth_;
    return true;
  }
  bool EndObject(rapidjson::SizeType /*members*/) { return Leave(); }
  bool StartArray() {
    if (depth_ != kInRecord || name_ != "headers") return Default();
    ++depth_;
    return true;
  }
  bool EndArray(rapidjson::SizeType /*elements*/) { return Leave(); }

 private:
  static constexpr int kInRecord = 1;
  static constexpr int kInHeaders = 2;
  static constexpr int kInHeader = 3;

  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool Leave() {
    --depth_;
    return true;
  }
  // Members of what consume prints that say nothing to a producer.
  bool Passed() const { return depth_ == kInRecord && (name_ == "topic" || name_ == "offset"); }

  bool TakeNumber(int64_t value) {
    if (depth_ == kInRecord && name_ == "timestamp" && value >= 0) {
      record_.timestamp_ms = value;
    } else if (depth_ == kInRecord && name_ == "partition" && value >= 0 &&
               value <= std::numeric_limits<int32_t>::max()) {
      record_.partition = static_cast<int32_t>(value);
    } else if (!Passed()) {
      return Fail(fmt::format("\"{}\" cannot be {}", name_, value));
    }
    return true;
  }

  bool TakeBytes(std::optional<std::string> bytes) {
    if (Passed()) return true;
    std::string_view member = name_;
    if (member.ends_with(kBase64)) {
      const auto decoded = text::ParseBytes(bytes.value_or("?"), text::ByteFormat::kBase64);
      if (!decoded) return Fail(fmt::format("\"{}\" is no base64", name_));
      bytes = std::string(AsText(*decoded));
      member.remove_suffix(kBase64.size());
    }
    return Put(member, std::move(bytes));
  }

  bool Put(std::string_view member, std::optional<std::string> bytes) {
    if (depth_ == kInRecord && member == "key") {
      record_.key = std::move(bytes);
    } else if (depth_ == kInRecord && member == "value") {
      record_.value = std::move(bytes);
    } else if (depth_ == kInHeader && member == "value") {
      record_.headers.back().value = std::move(bytes);
    } else if (depth_ == kInHeader && member == "name" && bytes) {
      record_.headers.back().name = *std::move(bytes);
    } else if (!(depth_ == kInRecord && (member == "timestamp" || member == "partition") &&
                 !bytes)) {
      return Fail(depth_ == 0 ? "no object"
                              : fmt::format("\"{}\" is no member of a {}", name_,
                                            depth_ == 1 ? "record" : "header"));
    }
    return true;
  }

  Record& record_;
  std::string name_;  // of the member whose value comes next
  std::string error_;
  int depth_ = 0;
  bool seen_ = false;
};

}  // namespace

void AppendJson(std::string& out, const ConsumedRecord& record) {
  text::JsonWriter json;
  json.BeginObject().Field("topic", record.topic).Field("partition", record.partition);
  json.Field("offset", record.offset);
  if (record.timestamp_ms >= 0) json.Field("timestamp", record.timestamp_ms);
  AddBytes(json, "key", record.key);
  AddBytes(json, "value", record.value);
  if (!record.headers.empty()) {
    json.Key("headers").BeginArray();
    for (const HeaderView& header : record.headers) {
      json.BeginObject();
      AddBytes(json, "name", header.name);
      AddBytes(json, "value", header.value);
      json.EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
  out += json.Take();
}

absl::StatusOr<Record> ParseJsonRecord(std::string_view text) {
  Record record;
  Handler handler(record);
  const rapidjson::ParseResult result = text::ReadJson(text, handler);
  if (!handler.error().empty()) return absl::InvalidArgumentError(handler.error());
  if (result.IsError()) {
    return absl::InvalidArgumentError(
        fmt::format("{} (at byte {})", GetParseError_En(result.Code()), result.Offset()));
  }
  if (!handler.whole()) return absl::InvalidArgumentError("no object");
  return record;
}

}  // namespace varve::cli
