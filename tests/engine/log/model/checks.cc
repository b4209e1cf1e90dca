#include "tests/engine/log/model/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace varve::log::test {
namespace {

using record::BatchView;

// What was last heard of a producer.
struct Heard {
  const ModelBatch* data = nullptr;
  const ModelBatch* last = nullptr;   // data or marker
  ModelTxn open{.first_offset = -1};  // the transaction that is under way; or none, at -1
};

std::map<int64_t, Heard> HeardIn(const ModelLog& model, int64_t log_start) {
  std::map<int64_t, Heard> heard;
  for (const ModelBatch& batch : model.batches()) {
    if (!batch.view().has_producer_id()) continue;
    Heard& of = heard[batch.view().producer_id()];
    of.last = &batch;
    if (batch.is_data()) of.data = &batch;
  }
  for (const ModelTxn& txn : model.Transactions(log_start)) {
    if (txn.marker >= 0) continue;
    heard[txn.producer_id].open = txn;
  }
  return heard;
}

// Of a transaction of which the first batches are gone, the log may know the beginning or not.
std::string CheckOpen(const ModelTxn& txn, const ProducerEntry& known) {
  const int64_t first = known.txn_first_offset();
  if (first == txn.first_offset || first == txn.first_left) return "";
  if (txn.vague && first <= txn.first_left) return "";
  return fmt::format("transaction at {}, not {}", first, txn.first_offset);
}

// Of a producer whose last batch or marker is there.
std::string CheckProducer(const Heard& heard, const ProducerEntry* known, int64_t log_start) {
  const BatchView last = heard.last->view();
  if (known == nullptr) return "not known";
  if (known->epoch() != last.producer_epoch()) return fmt::format("epoch {}", known->epoch());
  const bool has_data = heard.data != nullptr && !heard.data->absent &&
                        heard.data->last() >= log_start &&
                        heard.data->view().producer_epoch() == last.producer_epoch();
  if (has_data) {
    const BatchView data = heard.data->view();
    const ProducerEntry::Batch& newest = known->newest();
    if (newest.last_offset != data.last_offset() || newest.last_sequence != data.last_sequence()) {
      return fmt::format("sequence {} at {}, not {} at {}", newest.last_sequence,
                         newest.last_offset, data.last_sequence(), data.last_offset());
    }
  }
  return CheckOpen(heard.open, *known);
}

}  // namespace

std::string CheckEpochs(const Log& log, const ModelLog& model) {
  const int64_t start = log.offsets().log_start;
  for (const ModelBatch& batch : model.batches()) {
    if (batch.absent || batch.last() < start) continue;
    const int64_t offset = std::max(batch.base(), start);
    if (log.epochs().EpochAt(offset) == batch.view().leader_epoch()) continue;
    return fmt::format("offset {} is of epoch {}, the checkpoint says {}", offset,
                       batch.view().leader_epoch(), log.epochs().EpochAt(offset));
  }
  return "";
}

std::string CheckProducers(const Log& log, const ModelLog& model) {
  for (const auto& [id, heard] : HeardIn(model, log.offsets().log_start)) {
    // Compaction may have emptied the marker, which then says nothing any more.
    if (heard.last == nullptr || heard.last->absent) continue;
    // Below the log start it may be gone: it was not the newest once, and what followed was cut.
    if (heard.last->last() < log.offsets().log_start) continue;
    if (!heard.last->is_data() && !heard.last->has_records()) continue;
    const std::string wrong =
        CheckProducer(heard, log.producers().Find(id), log.offsets().log_start);
    if (!wrong.empty()) return fmt::format("producer {}: {}", id, wrong);
  }
  for (const auto& [id, entry] : log.producers().producers()) {
    if (!model.Knows(id)) return fmt::format("producer {} never wrote anything", id);
  }
  return "";
}

// What is decided counts from the high watermark on; after a start, at once.
std::string CheckLastStable(const Log& log, const ModelLog& model) {
  const Offsets& offsets = log.offsets();
  int64_t least = offsets.high_watermark;
  int64_t most = offsets.high_watermark;
  for (const ModelTxn& txn : model.Transactions(offsets.log_start)) {
    const bool open = txn.marker < 0;
    if (open || txn.marker >= offsets.high_watermark) least = std::min(least, txn.first_offset);
    if (open && txn.first_left >= 0) most = std::min(most, txn.first_left);
  }
  least = std::max(least, offsets.log_start);
  most = std::max(most, offsets.log_start);
  if (least <= offsets.last_stable && offsets.last_stable <= most) return "";
  return fmt::format("the last stable offset is {}, not in [{}, {}]", offsets.last_stable, least,
                     most);
}

namespace {

bool Tells(const AbortedTransaction& one, const ModelTxn& txn) {
  const bool behind_first = txn.began_below || one.first_offset >= txn.first_offset;
  return one.producer_id == txn.producer_id && behind_first && one.first_offset < txn.marker;
}

// Whether a reader of `span` meets `batch` as part of the transaction.
bool Meets(const ModelBatch& batch, const ModelTxn& txn, OffsetSpan span) {
  return batch.is_data() && batch.view().is_transactional() && batch.has_records() &&
         batch.view().producer_id() == txn.producer_id && batch.base() < txn.marker &&
         (txn.began_below || batch.base() >= txn.first_offset) && batch.base() < span.limit &&
         batch.last() >= span.start;
}

}  // namespace

std::string CheckAborted(const std::vector<AbortedTransaction>& aborted, const ModelLog& model,
                         OffsetSpan span) {
  const std::vector<ModelTxn> txns = model.Transactions(0);
  for (const AbortedTransaction& one : aborted) {
    const bool is_so = std::ranges::any_of(txns, [&](const ModelTxn& txn) {
      return txn.aborted && Tells(one, txn) && txn.marker >= span.start;
    });
    if (is_so && one.first_offset < span.limit) continue;
    return fmt::format("no transaction of {} at {} was aborted in [{}, {})", one.producer_id,
                       one.first_offset, span.start, span.limit);
  }
  for (const ModelTxn& txn : txns) {
    if (!txn.aborted || txn.marker < span.start) continue;
    const auto met = std::ranges::find_if(
        model.batches(), [&](const ModelBatch& batch) { return Meets(batch, txn, span); });
    if (met == model.batches().end()) continue;
    const bool told = std::ranges::any_of(aborted, [&](const AbortedTransaction& one) {
      return Tells(one, txn) && one.first_offset <= std::max(met->base(), span.start);
    });
    if (told) continue;
    return fmt::format("the aborted transaction of {} at {} is missing in [{}, {})",
                       txn.producer_id, txn.first_offset, span.start, span.limit);
  }
  return "";
}

}  // namespace varve::log::test
