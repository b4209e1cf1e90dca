#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"
#include "engine/record/record.h"

namespace varve::dump {

// Which batches and records are shown. Bounds are inclusive.
struct Filter {
  int64_t from_offset = 0;
  int64_t to_offset = std::numeric_limits<int64_t>::max();
  int64_t from_time_ms = std::numeric_limits<int64_t>::min();
  int64_t to_time_ms = std::numeric_limits<int64_t>::max();
  std::optional<Buffer> key = std::nullopt;

  bool empty() const;
  // Whether a record of the batch may be wanted, as far as its header tells.
  bool MayWant(record::BatchView batch) const;
  bool Wants(const record::RecordView& record) const;
};

}  // namespace varve::dump
