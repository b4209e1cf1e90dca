#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "tools/text/json_writer.h"
#include "tools/text/table.h"

namespace varve::cli {

// What goes to standard output. Buffered; Flush at the end tells whether it arrived.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view text);
  void Line(std::string_view text);
  void Print(const text::Table& table) { Write(table.ToString()); }
  void Print(text::JsonWriter& json) { Line(json.Take()); }

  // An error if something could not be written. That nobody reads any more is none.
  absl::Status Flush();
  // Nothing more needs to be written: nobody reads it, or it cannot be written.
  bool closed() const { return error_ != 0; }

 private:
  std::string buffer_;
  int error_ = 0;
};

}  // namespace varve::cli
