#pragma once

#include <absl/status/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/record/batch.h"
#include "engine/record/end_marker.h"

// What a log remembers of one producer, and whether it may append a batch. Rules are Kafka's.
// Pure.
namespace varve::log {

// What matters of a batch that a producer wrote, or of the marker that ends its transaction.
struct ProducerBatch {
  int64_t producer_id = record::kNoProducerId;
  int16_t epoch = record::kNoProducerEpoch;
  int32_t first_sequence = record::kNoSequence;
  int32_t last_sequence = record::kNoSequence;
  int64_t first_offset = 0;
  int64_t last_offset = 0;
  int64_t timestamp = record::kNoTimestamp;  // the largest
  bool transactional = false;
  std::optional<record::EndMarker> marker{};  // a marker is no data
};

// Nothing for a batch without producer, and for control batches that end no transaction.
// `marker`: what ParseEndMarker finds in the batch, of which the header may be all that is here.
std::optional<ProducerBatch> ProducerBatchOf(record::BatchView header,
                                             const std::optional<record::EndMarker>& marker);

enum class Origin : uint8_t {
  kClient,       // everything is checked
  kCoordinator,  // writes for a group: epochs are checked, sequences are not
};

// Why a batch is refused.
enum class ProducerFault : uint8_t {
  kOutOfOrderSequence,  // batches before it are missing, or it is an old duplicate
  kInvalidEpoch,        // a newer one of the same producer has been here
  kInvalidTxnState,     // a batch outside of the transaction that is under way
  kCoordinatorFenced,   // the marker of a coordinator that was replaced
  kTooManyProducers,    // the log's bound is reached, and all are in transactions
};
inline constexpr int kProducerFaultCount = 5;

// A refusal as a Status (FailedPrecondition), and back: nothing for any other Status.
absl::Status RefuseProducer(ProducerFault fault, const std::string& message);
std::optional<ProducerFault> ProducerFaultOf(const absl::Status& status);

// One producer. Keeps its newest batches, so that one that is sent again is recognised.
class ProducerEntry {
 public:
  static constexpr size_t kWindow = 5;
  static constexpr int64_t kNoOffset = -1;

  struct Batch {
    int32_t last_sequence = record::kNoSequence;
    int32_t offset_delta = 0;
    int64_t last_offset = kNoOffset;
    int64_t timestamp = record::kNoTimestamp;

    int64_t first_offset() const { return last_offset - offset_delta; }
    int32_t first_sequence() const;
    friend bool operator==(const Batch&, const Batch&) = default;
  };

  // The batch that `batch` repeats; null without one.
  const Batch* FindDuplicate(const ProducerBatch& batch) const;
  // Nothing: it may be appended. An entry that is still as it was made accepts any first sequence.
  std::optional<ProducerFault> Check(const ProducerBatch& batch, Origin origin) const;
  // Notes that it was appended.
  void Apply(const ProducerBatch& batch);
  // From a snapshot.
  void Restore(const Batch& newest, int16_t epoch, int64_t timestamp, int32_t coordinator_epoch,
               int64_t txn_first_offset);

  bool known() const { return epoch_ != record::kNoProducerEpoch; }
  int16_t epoch() const { return epoch_; }
  int32_t coordinator_epoch() const { return coordinator_epoch_; }
  // Of the newest batch or marker.
  int64_t last_timestamp() const { return last_timestamp_; }
  int64_t last_offset() const { return last_offset_; }
  bool in_transaction() const { return txn_first_offset_ != kNoOffset; }
  int64_t txn_first_offset() const { return txn_first_offset_; }
  // With last_sequence and last_offset -1 if no batch is remembered.
  const Batch& newest() const { return batches_[0]; }

  friend bool operator==(const ProducerEntry&, const ProducerEntry&) = default;

 private:
  void Remember(const Batch& batch);
  void EnterEpoch(int16_t epoch);

  int16_t epoch_ = record::kNoProducerEpoch;
  int32_t coordinator_epoch_ = -1;
  int64_t last_timestamp_ = record::kNoTimestamp;
  int64_t last_offset_ = kNoOffset;
  int64_t txn_first_offset_ = kNoOffset;
  std::array<Batch, kWindow> batches_{};  // newest first
  size_t batch_count_ = 0;
};

}  // namespace varve::log
