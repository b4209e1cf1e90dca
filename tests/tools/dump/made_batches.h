#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/builder.h"

// Batches of known content, as a leader has written them.
namespace varve::dump::test {

struct KeyValue {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = 1'700'000'000'000;
};

// 2023-11-14T22:13:20.000Z.
inline constexpr int64_t kTime = 1'700'000'000'000;

Buffer MakeBatch(const record::BatchOptions& options, const std::vector<KeyValue>& records);
Buffer MakeBatch(int64_t base_offset, const std::vector<KeyValue>& records);

// All of them, one behind the other.
Buffer Join(const std::vector<Buffer>& parts);

}  // namespace varve::dump::test
