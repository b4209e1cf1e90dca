#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/text/byte_text.h"
#include "tools/varve/records/record.h"

namespace varve::cli {

// What becomes of a piece of input.
struct InputFormat {
  bool json = false;                         // each piece is one object
  std::optional<std::string> key_delimiter;  // what is before it is the key
  text::ByteFormat key_format = text::ByteFormat::kText;
  text::ByteFormat value_format = text::ByteFormat::kText;
  bool empty_is_null = false;        // an empty value is a tombstone, an empty key none
  std::optional<std::string> key;    // of all records that have none of their own
  std::vector<Header> headers;       // before those of the record
  std::optional<int32_t> partition;  // of all records that have none of their own
  bool any_partition = false;        // the partitions that records have of their own do not count
};

// InvalidArgument says what is wrong.
absl::StatusOr<Record> ParseRecord(const InputFormat& format, std::string_view piece);

// "name=value", or "name" alone for a header without a value.
absl::StatusOr<std::vector<Header>> ParseHeaders(const std::vector<std::string>& texts);

// What stands for characters that are hard to type: \n \t \r \0 \\ \xNN. InvalidArgument for any
// other backslash.
absl::StatusOr<std::string> Unescape(std::string_view text);

}  // namespace varve::cli
