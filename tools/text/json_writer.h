#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve::text {

// Writes one JSON value, piece by piece:
//
//   JsonWriter json;
//   json.BeginObject();
//   json.Key("name").Text("numbers");
//   json.Key("sizes").BeginArray();
//   json.Int(5);
//   json.EndArray();
//   json.EndObject();
//   json.Take();   // {"name":"numbers","sizes":[5]}
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }

  // What follows next in an object is the value of this.
  JsonWriter& Key(std::string_view name);

  // What is no UTF-8 becomes U+FFFD.
  JsonWriter& Text(std::string_view text);
  JsonWriter& Int(int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  // `json` is a whole value.
  JsonWriter& Raw(std::string_view json);

  JsonWriter& Field(std::string_view name, std::string_view text) { return Key(name).Text(text); }
  JsonWriter& Field(std::string_view name, std::integral auto value) {
    return Key(name).Int(static_cast<int64_t>(value));
  }
  JsonWriter& Flag(std::string_view name, bool value) { return Key(name).Bool(value); }
  // Null if there is none.
  JsonWriter& Field(std::string_view name, const std::optional<int64_t>& value) {
    return value ? Key(name).Int(*value) : Key(name).Null();
  }
  JsonWriter& Field(std::string_view name, const std::optional<std::string>& text) {
    return text ? Key(name).Text(*text) : Key(name).Null();
  }
  JsonWriter& Field(std::string_view name, const char* text) {
    return Key(name).Text(std::string_view(text));
  }
  JsonWriter& Field(std::string_view name, const std::string& text) {
    return Key(name).Text(std::string_view(text));
  }

  std::string Take();

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();

  std::string out_;
  bool first_ = true;  // nothing stands before what comes next, in what is open
};

}  // namespace varve::text
