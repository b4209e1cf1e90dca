#include "server/config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/base/check.h"

namespace varve::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

// Messages show no more than this much of what somebody else wrote.
constexpr size_t kShownBytesMax = 200;

struct Range {
  int64_t min;
  int64_t max;
};

Range TypeRange(Type type) {
  switch (type) {
    case Type::kShort:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case Type::kInt:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

Range PermittedRange(const Property& property, Strictness strictness) {
  const Range type = TypeRange(property.type);
  Range range{property.min.value_or(type.min), property.max.value_or(type.max)};
  if (strictness == Strictness::kStored) range.min = property.stored_min.value_or(range.min);
  return range;
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

bool IsOneOf(const Property& property, std::string_view word) {
  if (property.one_of.empty()) return true;
  const std::vector<std::string> words = SplitList(property.one_of);
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The whole of `text` as a number. Java takes a '+' in front, from_chars does not.
template <typename T>
bool ReadNumber(std::string_view text, T& number) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stop == end;
}

bool ReadBool(const Property& property, std::string_view text, Value& value) {
  const bool is_true = EqualIgnoringCase(text, "true");
  if (!is_true && !EqualIgnoringCase(text, "false")) return false;
  value = is_true;
  return IsOneOf(property, is_true ? "true" : "false");
}

bool ReadInteger(const Property& property, std::string_view text, Strictness strictness,
                 Value& value) {
  int64_t number;
  if (!ReadNumber(text, number)) return false;
  value = number;
  const Range range = PermittedRange(property, strictness);
  return (number >= range.min && number <= range.max) || number == property.also;
}

bool ReadDouble(const Property& property, std::string_view text, Value& value) {
  double number;
  if (!ReadNumber(text, number) || !std::isfinite(number)) return false;
  value = number;
  return (!property.min || number >= static_cast<double>(*property.min)) &&
         (!property.max || number <= static_cast<double>(*property.max));
}

bool ReadList(const Property& property, std::string_view text, Value& value) {
  std::vector<std::string> elements = SplitList(text);
  const bool permitted = std::all_of(elements.begin(), elements.end(),
                                     [&](const std::string& e) { return IsOneOf(property, e); });
  value = std::move(elements);
  return permitted;
}

// False if `text` is not of the type or not permitted.
bool Read(const Property& property, std::string_view text, Strictness strictness, Value& value) {
  switch (property.type) {
    case Type::kBool:
      return ReadBool(property, text, value);
    case Type::kShort:
    case Type::kInt:
    case Type::kLong:
      return ReadInteger(property, text, strictness, value);
    case Type::kDouble:
      return ReadDouble(property, text, value);
    case Type::kList:
      return ReadList(property, text, value);
    case Type::kString:
    case Type::kClass:
    case Type::kPassword:
      value = std::string(text);
      return IsOneOf(property, text);
  }
  return false;
}

std::string PermittedNumber(const Property& property, std::string_view kind, Range range) {
  std::string text = fmt::format("{} from {} to {}", kind, range.min, range.max);
  if (property.also) text += fmt::format(", or {}", *property.also);
  return text;
}

std::string PermittedDouble(const Property& property) {
  if (!property.min && !property.max) return "a number";
  if (!property.max) return fmt::format("a number of at least {}", *property.min);
  if (!property.min) return fmt::format("a number of at most {}", *property.max);
  return fmt::format("a number from {} to {}", *property.min, *property.max);
}

}  // namespace

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, kShownBytesMax));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
  if (text.size() > kShownBytesMax) shown += fmt::format("... ({} bytes)", text.size());
  return shown;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> elements;
  if (Trim(text).empty()) return elements;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    elements.emplace_back(Trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return elements;
}

std::string Join(const std::vector<std::string>& elements, std::string_view separator) {
  std::string joined;
  for (const std::string& element : elements) {
    if (&element != &elements.front()) joined += separator;
    joined += element;
  }
  return joined;
}

absl::StatusOr<Value> ParseValue(const Property& property, std::string_view text,
                                 Strictness strictness) {
  Value value;
  if (Read(property, Trim(text), strictness, value)) return value;
  const bool secret = property.type == Type::kPassword;
  return absl::InvalidArgumentError(fmt::format("{}={}: permitted is {}", property.name,
                                                secret ? "(hidden)" : Shown(text),
                                                Permitted(property, strictness)));
}

Value DefaultValue(const Property& property) {
  if (!property.default_text) return {};
  absl::StatusOr<Value> value = ParseValue(property, *property.default_text);
  VARVE_CHECK(value.ok(), "default of {}", value.status().ToString());
  return *std::move(value);
}

std::string Permitted(const Property& property, Strictness strictness) {
  switch (property.type) {
    case Type::kBool:
      return property.one_of.empty() ? "true or false" : std::string(property.one_of);
    case Type::kShort:
    case Type::kInt:
    case Type::kLong:
      return PermittedNumber(property, "an integer", PermittedRange(property, strictness));
    case Type::kDouble:
      return PermittedDouble(property);
    case Type::kList:
      return property.one_of.empty() ? "a comma-separated list"
                                     : fmt::format("a list of: {}", property.one_of);
    case Type::kString:
    case Type::kClass:
    case Type::kPassword:
      break;
  }
  return property.one_of.empty() ? "any text" : fmt::format("one of: {}", property.one_of);
}

std::string ValueText(const Value& value) {
  struct Printer {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& elements) const {
      return Join(elements, ",");
    }
  };
  return std::visit(Printer{}, value);
}

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kBool:
      return "boolean";
    case Type::kString:
      return "string";
    case Type::kInt:
      return "int";
    case Type::kShort:
      return "short";
    case Type::kLong:
      return "long";
    case Type::kDouble:
      return "double";
    case Type::kList:
      return "list";
    case Type::kClass:
      return "class";
    case Type::kPassword:
      return "password";
  }
  return "unknown";
}

}  // namespace varve::config
