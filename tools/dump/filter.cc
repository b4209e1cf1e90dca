#include "tools/dump/filter.h"

#include <algorithm>

namespace varve::dump {

using record::BatchView;
using record::RecordView;

bool Filter::empty() const {
  const Filter none;
  return from_offset == none.from_offset && to_offset == none.to_offset &&
         from_time_ms == none.from_time_ms && to_time_ms == none.to_time_ms && !key;
}

bool Filter::MayWant(BatchView batch) const {
  if (batch.last_offset() < from_offset || batch.base_offset() > to_offset) return false;
  // The base timestamp is that of the first record, which need not be the earliest: a batch is
  // left out only for its largest.
  return batch.max_timestamp() >= from_time_ms;
}

bool Filter::Wants(const RecordView& record) const {
  if (record.offset < from_offset || record.offset > to_offset) return false;
  if (record.timestamp < from_time_ms || record.timestamp > to_time_ms) return false;
  return !key || (record.key && std::ranges::equal(*record.key, *key));
}

}  // namespace varve::dump
