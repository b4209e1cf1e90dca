#include <fmt/format.h>

#include <set>

#include "tests/engine/log/model/model_log.h"

// The rules of compaction: what it may take, and what it has to.
namespace varve::log::test {
namespace {

// What decides about a batch: computed from all of them.
struct Fates {
  std::map<int32_t, int64_t> last;       // by key: of records below the end that were not aborted
  std::map<int32_t, int64_t> last_left;  // likewise, of those that are not gone
  std::set<int64_t> aborted;             // data batches, by base offset
  std::set<int64_t> idle;                // markers of transactions without a batch that is there
};

// Of what lies below the log start nobody knows what is left.
Fates FatesOf(const ModelLog& log, int64_t map_end, int64_t log_start) {
  Fates fates;
  std::map<int64_t, std::vector<const ModelBatch*>> open;  // by producer
  for (const ModelBatch& batch : log.batches()) {
    const record::BatchView view = batch.view();
    if (!view.is_transactional()) continue;
    std::vector<const ModelBatch*>& mine = open[view.producer_id()];
    if (!batch.marker) {
      mine.push_back(&batch);
      continue;
    }
    const bool idle = std::ranges::all_of(
        mine, [&](const ModelBatch* one) { return one->absent || one->last() < log_start; });
    if (idle) fates.idle.insert(batch.base());
    for (const ModelBatch* one : mine) {
      if (!batch.marker->commit) fates.aborted.insert(one->base());
    }
    mine.clear();
  }
  for (const ModelBatch& batch : log.batches()) {
    if (!batch.is_data() || fates.aborted.contains(batch.base())) continue;
    int64_t offset = batch.base();
    for (const ModelRecord& record : batch.records) {
      if (offset < map_end) fates.last[record.key] = offset;
      if (offset < map_end && !record.gone) fates.last_left[record.key] = offset;
      ++offset;
    }
  }
  return fates;
}

// Whether a newer record of its key undoes it, or it has no key at all.
bool Undone(const std::map<int32_t, int64_t>& last, const ModelRecord& record, int64_t offset) {
  return record.key == kNoKey || last.at(record.key) != offset;
}

}  // namespace

void ModelLog::MayHaveCleaned(const Cleaning& cleaning) {
  const Fates fates = FatesOf(*this, cleaning.map_end, cleaning.log_start);
  for (ModelBatch& batch : batches_) {
    if (batch.base() >= cleaning.touched_end) break;
    const bool seen_before = batch.touched_ms != ModelBatch::kNever;
    batch.touched_ms = std::min(batch.touched_ms, cleaning.began_ms);
    batch.retention_ms = seen_before ? std::min(batch.retention_ms, cleaning.delete_retention_ms)
                                     : cleaning.delete_retention_ms;
    const bool expired = seen_before && cleaning.now_ms >= batch.touched_ms + batch.retention_ms;
    const bool aborted = fates.aborted.contains(batch.base());
    int64_t offset = batch.base();
    for (ModelRecord& record : batch.records) {
      if (!batch.is_data()) {
        record.optional |= expired && fates.idle.contains(batch.base());
      } else if (aborted) {
        record.optional = true;
      } else if (offset < cleaning.map_end) {
        record.optional |= Undone(fates.last, record, offset) || (record.tombstone && expired);
      }
      ++offset;
    }
  }
}

std::string ModelLog::CheckCleaned(int64_t map_end, int64_t log_start) const {
  const Fates fates = FatesOf(*this, map_end, log_start);
  for (const ModelBatch& batch : batches_) {
    if (!batch.is_data()) continue;
    const bool aborted = fates.aborted.contains(batch.base());
    int64_t offset = batch.base();
    for (const ModelRecord& record : batch.records) {
      const bool cleaned = offset >= log_start && offset < map_end;
      if (cleaned && !record.gone && (aborted || Undone(fates.last_left, record, offset))) {
        return fmt::format("offset {}, key {}{}, is still there; cleaned up to {}", offset,
                           record.key, aborted ? ", aborted" : "", map_end);
      }
      ++offset;
    }
  }
  return "";
}

}  // namespace varve::log::test
