#include "engine/log/clean/retain.h"

#include <algorithm>
#include <utility>

#include "engine/record/end_marker.h"

namespace varve::log {
namespace {

using record::BatchView;
using record::RecordView;

bool HorizonPassed(BatchView batch, int64_t now_ms) {
  return batch.has_delete_horizon() && batch.base_timestamp() <= now_ms;
}

// Whether the log needs this batch to know its producer: for the sequence of what comes next, or
// if there is only a marker, for the epoch.
bool LastOfProducer(BatchView batch, const ProducerTails& producers) {
  if (!batch.has_producer_id()) return false;
  const auto found = producers.find(batch.producer_id());
  if (found == producers.end()) return false;
  const ProducerTail& tail = found->second;
  if (tail.last_data_offset) return batch.last_offset() == *tail.last_data_offset;
  return batch.is_control() && batch.producer_epoch() == tail.epoch;
}

bool EndsOutput(BatchView batch, const RetainRules& rules) {
  return std::binary_search(rules.ends.begin(), rules.ends.end(), batch.next_offset()) ||
         batch.next_offset() == rules.map_end;
}

// Of a record that the map has seen, or that is older than what it has.
bool IsReplaced(int64_t offset, const KeyHash& key, const KeyMap& keys) {
  if (keys.superseded().Covers(offset)) return keys.superseded().Has(offset);
  const std::optional<int64_t> last = keys.Find(key);
  return last && offset < *last;
}

}  // namespace

TransactionWalk::TransactionWalk(std::vector<TxnIndexEntry> aborted)
    : waiting_(std::move(aborted)) {
  std::ranges::sort(waiting_, [](const TxnIndexEntry& a, const TxnIndexEntry& b) {
    return a.first_offset > b.first_offset;
  });
}

void TransactionWalk::BeginUpTo(int64_t offset) {
  while (!waiting_.empty() && waiting_.back().first_offset <= offset) {
    const TxnIndexEntry& next = waiting_.back();
    const auto [at, fresh] = aborted_.try_emplace(next.producer_id, Ongoing{next});
    // The same transaction may be told of twice; a later one follows one whose marker is gone.
    if (!fresh && at->second.transaction.last_offset < next.first_offset) {
      at->second = Ongoing{next};
    }
    waiting_.pop_back();
  }
}

bool TransactionWalk::IsAborted(BatchView batch) {
  BeginUpTo(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto found = aborted_.find(batch.producer_id());
  if (found == aborted_.end() || batch.last_offset() > found->second.transaction.last_offset) {
    committed_.insert(batch.producer_id());
    return false;
  }
  found->second.has_batches = true;
  return true;
}

bool TransactionWalk::IsIdle(BatchView marker) {
  BeginUpTo(marker.last_offset());
  if (marker.record_count() == 0) return true;  // emptied by an earlier cleaning
  const std::optional<record::EndMarker> end = record::ParseEndMarker(marker);
  if (!end) return false;
  if (end->commit) return committed_.erase(marker.producer_id()) == 0;
  const auto found = aborted_.extract(marker.producer_id());
  if (found.empty() || !found.mapped().has_batches) return true;
  kept_.push_back(found.mapped().transaction);
  return false;
}

bool TransactionWalk::IsNeeded(BatchView marker) {
  return record::ParseEndMarker(marker) && needed_.erase(marker.producer_id()) > 0;
}

std::vector<TxnIndexEntry> TransactionWalk::TakeKept() { return std::exchange(kept_, {}); }

BatchFate DecideBatch(BatchView batch, TransactionWalk& transactions, const RetainRules& rules) {
  BatchFate fate;
  fate.keep_header = LastOfProducer(batch, *rules.producers) || EndsOutput(batch, rules);
  if (batch.is_control()) {
    const bool idle = transactions.IsIdle(batch);
    const bool needed = transactions.IsNeeded(batch);
    const bool goes =
        idle && !needed && (HorizonPassed(batch, rules.now_ms) || batch.record_count() == 0);
    fate.records = goes ? BatchFate::Records::kDrop : BatchFate::Records::kKeep;
    fate.wants_horizon = idle && !goes && !batch.has_delete_horizon();
    return fate;
  }
  if (transactions.IsAborted(batch)) {
    fate.records = BatchFate::Records::kDrop;
  } else if (batch.record_count() > 0 && batch.base_offset() >= rules.map_end) {
    fate.records = BatchFate::Records::kKeep;
  }
  return fate;
}

bool RetainRecord(BatchView batch, const RecordView& record, const KeyHash& key,
                  const RetainRules& rules) {
  if (record.offset >= rules.map_end) return true;
  if (!record.key) return false;
  if (IsReplaced(record.offset, key, *rules.keys)) return false;
  return record.value.has_value() || !HorizonPassed(batch, rules.now_ms);
}

}  // namespace varve::log
