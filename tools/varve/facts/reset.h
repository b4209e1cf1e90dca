#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/varve/records/start.h"

// Where the offsets of a group are to go. No I/O.
namespace varve::cli {

struct ResetTarget {
  enum class Kind { kEarliest, kLatest, kCurrent, kOffset, kShift, kTime };

  Kind kind = Kind::kEarliest;
  int64_t number = 0;  // the offset, how far, or the time

  bool operator==(const ResetTarget&) const = default;
};

// The new offset, within what the log has. Nothing: the partition stays as it is, since a shift
// begins at an offset that the group does not have.
std::optional<int64_t> NewOffset(const ResetTarget& target, const LogRange& range,
                                 std::optional<int64_t> committed);

struct TopicChoice {
  std::string topic;
  std::vector<int32_t> partitions;  // none: all

  bool operator==(const TopicChoice&) const = default;
};

// "orders" or "orders:0,2". InvalidArgument says what would be right.
absl::StatusOr<TopicChoice> ParseTopicChoice(std::string_view text);

}  // namespace varve::cli
