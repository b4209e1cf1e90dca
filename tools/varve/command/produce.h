#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/text/byte_text.h"
#include "tools/varve/session.h"

namespace varve::cli {

struct ProduceOptions {
  std::string topic;
  std::vector<std::string> files;  // none: standard input, as "-"
  std::string delimiter = "\\n";
  std::optional<std::string> key_delimiter;
  bool whole = false;  // a file is one record
  std::optional<std::string> key;
  std::vector<std::string> headers;
  std::optional<int32_t> partition;
  bool any_partition = false;  // whatever a record says
  text::ByteFormat key_format = text::ByteFormat::kText;
  text::ByteFormat value_format = text::ByteFormat::kText;
  bool empty_is_null = false;
  std::string codec = "none";
  std::string acks = "all";
  bool idempotent = false;
  bool create = false;
  std::vector<std::string> properties;
};

// varve produce
absl::Status Produce(const Globals& globals, const ProduceOptions& options);

}  // namespace varve::cli
