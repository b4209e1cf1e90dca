#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/text/byte_text.h"
#include "tools/varve/records/record.h"

namespace varve::cli {

// How a record is written, by a text with what stands for its parts:
//
//   %t topic   %p partition   %o offset   %k key      %s value        %h headers, "a=1,b=2"
//   %T time in milliseconds   %D time as a date       %K, %S bytes of key and value, -1: null
//   %% a percent sign, and \n \t \r \0 \\ \xNN
class OutputFormat {
 public:
  // InvalidArgument names what stands for nothing.
  static absl::StatusOr<OutputFormat> Parse(std::string_view text, text::ByteFormat key_format,
                                            text::ByteFormat value_format);

  void Append(std::string& out, const ConsumedRecord& record) const;

 private:
  struct Part {
    char what = 0;  // 0: the text
    std::string text;
  };

  void AppendPart(std::string& out, char what, const ConsumedRecord& record) const;

  std::vector<Part> parts_;
  text::ByteFormat key_format_ = text::ByteFormat::kText;
  text::ByteFormat value_format_ = text::ByteFormat::kText;
};

}  // namespace varve::cli
