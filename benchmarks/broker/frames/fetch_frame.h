#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"

namespace varve::bench {

// What a reader asks for, of one partition.
struct FetchShape {
  std::string topic;
  Uuid topic_id;
  int version = 0;
  int32_t max_bytes = 1 << 20;
  int32_t min_bytes = 1;
  int32_t max_wait_ms = 500;
};

// One Fetch request that is sent again and again, with another offset each time.
class FetchFrame {
 public:
  static absl::StatusOr<FetchFrame> Make(const FetchShape& shape, int32_t partition);

  // The request, whole. Good until the next call.
  Bytes At(int32_t correlation_id, int64_t offset);

 private:
  Buffer frame_;
  size_t offset_at_ = 0;
};

}  // namespace varve::bench
