#include "engine/log/producer_entry.h"

#include <absl/strings/cord.h>

#include <algorithm>
#include <limits>
#include <string>

namespace varve::log {
namespace {

constexpr char kPayloadUrl[] = "varve/producer-fault";
constexpr int32_t kSequenceMax = std::numeric_limits<int32_t>::max();

bool Follows(int32_t last, int32_t next) {
  return last == kSequenceMax ? next == 0 : next == last + 1;
}

}  // namespace

std::optional<ProducerBatch> ProducerBatchOf(record::BatchView header,
                                             const std::optional<record::EndMarker>& marker) {
  if (!header.has_producer_id()) return std::nullopt;
  if (header.is_control() && !marker) return std::nullopt;
  return ProducerBatch{header.producer_id(),   header.producer_epoch(),   header.base_sequence(),
                       header.last_sequence(), header.base_offset(),      header.last_offset(),
                       header.max_timestamp(), header.is_transactional(), marker};
}

absl::Status RefuseProducer(ProducerFault fault, const std::string& message) {
  absl::Status status = absl::FailedPreconditionError(message);
  const auto byte = static_cast<char>(fault);
  // By a view: the constructor from a string has another name in clang than in Debian's library.
  status.SetPayload(kPayloadUrl, absl::Cord(absl::string_view(&byte, 1)));
  return status;
}

std::optional<ProducerFault> ProducerFaultOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload || payload->size() != 1) return std::nullopt;
  return static_cast<ProducerFault>((*payload)[0]);
}

int32_t ProducerEntry::Batch::first_sequence() const {
  const int64_t first = int64_t{last_sequence} - offset_delta;
  return static_cast<int32_t>(first >= 0 ? first : first + kSequenceMax + 1);
}

const ProducerEntry::Batch* ProducerEntry::FindDuplicate(const ProducerBatch& batch) const {
  if (batch.marker || batch.epoch != epoch_) return nullptr;
  const auto end = batches_.begin() + static_cast<ptrdiff_t>(batch_count_);
  const auto found = std::find_if(batches_.begin(), end, [&](const Batch& old) {
    return old.last_sequence == batch.last_sequence && old.first_sequence() == batch.first_sequence;
  });
  return found == end ? nullptr : &*found;
}

std::optional<ProducerFault> ProducerEntry::Check(const ProducerBatch& batch, Origin origin) const {
  if (batch.epoch < epoch_) return ProducerFault::kInvalidEpoch;
  if (batch.marker) {
    const bool fenced = batch.marker->coordinator_epoch < coordinator_epoch_;
    return fenced ? std::optional(ProducerFault::kCoordinatorFenced) : std::nullopt;
  }
  if (origin == Origin::kClient && known()) {
    const bool in_order = batch.epoch != epoch_
                              ? batch.first_sequence == 0
                              : Follows(newest().last_sequence, batch.first_sequence);
    if (!in_order) return ProducerFault::kOutOfOrderSequence;
  }
  if (in_transaction() && !batch.transactional) return ProducerFault::kInvalidTxnState;
  return std::nullopt;
}

void ProducerEntry::EnterEpoch(int16_t epoch) {
  if (epoch == epoch_) return;
  epoch_ = epoch;
  batches_ = {};
  batch_count_ = 0;
}

void ProducerEntry::Remember(const Batch& batch) {
  std::shift_right(batches_.begin(), batches_.end(), 1);
  batches_[0] = batch;
  batch_count_ = std::min(batch_count_ + 1, kWindow);
}

void ProducerEntry::Apply(const ProducerBatch& batch) {
  EnterEpoch(batch.epoch);
  last_timestamp_ = batch.timestamp;
  last_offset_ = batch.last_offset;
  if (batch.marker) {
    coordinator_epoch_ = batch.marker->coordinator_epoch;
    txn_first_offset_ = kNoOffset;
    return;
  }
  // What does not follow was written by a producer that the log had forgotten meanwhile: it may use
  // the numbers of before for other batches.
  const bool numbered = batch.first_sequence != record::kNoSequence;
  if (numbered && batch_count_ > 0 &&
      batch.first_sequence != record::AdvanceSequence(newest().last_sequence, 1)) {
    batches_ = {};
    batch_count_ = 0;
  }
  const auto delta = static_cast<int32_t>(batch.last_offset - batch.first_offset);
  Remember({batch.last_sequence, delta, batch.last_offset, batch.timestamp});
  if (batch.transactional && !in_transaction()) txn_first_offset_ = batch.first_offset;
}

void ProducerEntry::Restore(const Batch& newest, int16_t epoch, int64_t timestamp,
                            int32_t coordinator_epoch, int64_t txn_first_offset) {
  *this = {};
  epoch_ = epoch;
  coordinator_epoch_ = coordinator_epoch;
  last_timestamp_ = timestamp;
  txn_first_offset_ = std::max(txn_first_offset, kNoOffset);
  last_offset_ = std::max(newest.last_offset, txn_first_offset_);
  if (newest.last_sequence != record::kNoSequence || newest.last_offset != kNoOffset) {
    Remember(newest);
  }
}

}  // namespace varve::log
