#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varve::cli {

struct Header {
  std::string name;
  std::optional<std::string> value;

  bool operator==(const Header&) const = default;
};

// What is to be produced.
struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;  // none: a tombstone
  std::vector<Header> headers;
  std::optional<int64_t> timestamp_ms;
  std::optional<int32_t> partition;

  bool operator==(const Record&) const = default;
};

struct HeaderView {
  std::string_view name;
  std::optional<std::string_view> value;
};

// What was consumed: views of memory that somebody else owns.
struct ConsumedRecord {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;  // -1: none
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<HeaderView> headers;
};

}  // namespace varve::cli
