#include "benchmarks/broker/report/json_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/text/rapidjson_reader.h"

namespace varve::bench {
namespace {

constexpr size_t kDepthMax = 100;

// Builds the value from the reader's events. What is open is the last of `open_`.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  using Kind = JsonValue::Kind;

  bool Null() { return Put(Kind::kNull, 0); }
  bool Bool(bool value) { return Put(Kind::kBool, value ? 1 : 0); }
  bool Int(int value) { return Put(Kind::kNumber, value); }
  bool Uint(unsigned value) { return Put(Kind::kNumber, value); }
  bool Int64(int64_t value) { return Put(Kind::kNumber, static_cast<double>(value)); }
  bool Uint64(uint64_t value) { return Put(Kind::kNumber, static_cast<double>(value)); }
  bool Double(double value) { return Put(Kind::kNumber, value); }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    Place().text.assign(text, size);
    last_->kind = Kind::kText;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    open_.back()->names.emplace_back(text, size);
    return true;
  }
  bool StartObject() { return Open(Kind::kObject); }
  bool EndObject(rapidjson::SizeType /*members*/) { return Close(); }
  bool StartArray() { return Open(Kind::kArray); }
  bool EndArray(rapidjson::SizeType /*elements*/) { return Close(); }

  JsonValue Take() { return std::move(root_); }

 private:
  // Where the next value goes. Its parent has no younger child, so nothing open moves.
  JsonValue& Place() {
    if (open_.empty()) {
      last_ = &root_;
    } else {
      last_ = &open_.back()->elements.emplace_back();
    }
    return *last_;
  }
  bool Put(Kind kind, double number) {
    JsonValue& value = Place();
    value.kind = kind;
    value.number = number;
    return true;
  }
  bool Open(Kind kind) {
    Place().kind = kind;
    open_.push_back(last_);
    return open_.size() <= kDepthMax;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  JsonValue root_;
  JsonValue* last_ = nullptr;
  std::vector<JsonValue*> open_;
};

}  // namespace

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue kNone;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return kNone;
  return elements[static_cast<size_t>(found - names.begin())];
}

absl::StatusOr<JsonValue> ParseJson(std::string_view text) {
  Builder builder;
  const rapidjson::ParseResult result = text::ReadJson(text, builder);
  if (!result.IsError()) return builder.Take();
  return absl::InvalidArgumentError(fmt::format("no JSON at byte {}", result.Offset()));
}

}  // namespace varve::bench
