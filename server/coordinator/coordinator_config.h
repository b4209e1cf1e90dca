#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/record/batch.h"
#include "server/coordinator/calls.h"
#include "server/coordinator/consumer/calls.h"

namespace varve::coordinator {

// The broker's properties of groups and offsets. One of it serves all coordinators of a shard.
struct CoordinatorConfig {
  GroupConfig group{};
  ConsumerConfig consumer{};
  int64_t offsets_retention_ms = 604'800'000;
  int64_t retention_check_ms = 600'000;
  size_t metadata_bytes_max = 4096;
  record::Codec codec = record::Codec::kNone;  // of what is written
};

}  // namespace varve::coordinator
