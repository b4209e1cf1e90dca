#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/text/byte_text.h"
#include "tools/varve/session.h"

namespace varve::cli {

struct ConsumeOptions {
  std::string topic;
  std::vector<int32_t> partitions;  // none: all
  std::optional<std::string> from;
  std::optional<std::string> from_time;
  bool until_end = false;
  std::optional<uint64_t> count;
  std::optional<std::string> group;
  std::optional<std::string> format;
  std::optional<std::string> key_delimiter;
  std::string delimiter = "\\n";
  text::ByteFormat key_format = text::ByteFormat::kText;
  text::ByteFormat value_format = text::ByteFormat::kText;
  bool uncommitted = false;
  std::vector<std::string> properties;
};

// varve consume
absl::Status Consume(const Globals& globals, const ConsumeOptions& options);

}  // namespace varve::cli
