#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace varve::dump {

enum class Style { kText, kJson };

// What the tool prints on standard output: lines for people, or one JSON object a line for
// programs. Buffered; flushed by Flush and at the end.
class Output {
 public:
  explicit Output(Style style) : style_(style) {}
  ~Output() { Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Style style() const { return style_; }
  // The file that the next rows are about: a headline, or a field of each row.
  void BeginFile(const std::string& path);
  const std::string& file() const { return file_; }

  // A line for people only.
  void Note(std::string_view line);
  void Flush();
  // False once a write failed: there is nobody to print for.
  bool ok() const { return ok_; }

 private:
  friend class Row;

  fmt::memory_buffer& buffer() { return buffer_; }
  void EndLine();

  Style style_;
  std::string file_;
  fmt::memory_buffer buffer_;
  bool ok_ = true;
};

// One line of output, of named fields:
//
//   Row(out, "batch").Int("baseOffset", 5).Text("codec", "lz4");
//
//   baseOffset: 5 codec: lz4
//   {"type":"batch","file":"...","baseOffset":5,"codec":"lz4"}
//
// Ends when it goes.
class Row {
 public:
  // `lead` stands before a line for people.
  Row(Output& out, std::string_view type, std::string_view lead = "");
  ~Row();
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  Row& Int(std::string_view name, int64_t value);
  Row& Bool(std::string_view name, bool value);
  Row& Number(std::string_view name, double value);  // with three decimals at most
  // A line for people has it as it is: the caller has made it printable.
  Row& Text(std::string_view name, std::string_view value);
  // `json` is a JSON value; people see `text`.
  Row& Raw(std::string_view name, std::string_view json, std::string_view text);
  // Milliseconds since 1970 for programs; a date for people.
  Row& Time(std::string_view name, int64_t ms);

  bool json() const { return out_.style() == Style::kJson; }

 private:
  void Name(std::string_view name);

  Output& out_;
  bool first_ = true;
};

}  // namespace varve::dump
