#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/log/clean/key_map.h"
#include "engine/log/txn_index.h"
#include "engine/record/batch.h"
#include "engine/record/record.h"

// What compaction keeps of each batch and record: decisions only, no I/O and no bytes written.
namespace varve::log {

// Where the log still needs a producer: a producer that has not expired.
struct ProducerTail {
  std::optional<int64_t> last_data_offset;  // of its last batch; nothing: only markers are known
  int16_t epoch = record::kNoProducerEpoch;
};
using ProducerTails = std::map<int64_t, ProducerTail>;  // by producer id

// Follows the transactions of a log through its batches, which are shown in order from the start
// of the log on; and tells which aborted ones are still to be found in what was kept.
class TransactionWalk {
 public:
  // `aborted` may be in any order.
  explicit TransactionWalk(std::vector<TxnIndexEntry> aborted);

  // These producers have transactions under way where the next batches begin, by what a recovery
  // that begins to read there knows: it has to meet their markers, whatever is left to decide.
  void NeedNextMarkersOf(std::set<int64_t> producers) { needed_ = std::move(producers); }
  // Of a control batch: whether it is one of those.
  bool IsNeeded(record::BatchView marker);

  // Of a data batch: whether it belongs to an aborted transaction.
  bool IsAborted(record::BatchView batch);
  // Of a control batch: whether nothing that the marker decides is left in the log.
  bool IsIdle(record::BatchView marker);

  // Aborted transactions whose markers were met and that had batches, since the last call: what
  // the transaction index of the output lists. By offset of the marker.
  std::vector<TxnIndexEntry> TakeKept();

 private:
  struct Ongoing {
    TxnIndexEntry transaction;
    bool has_batches = false;
  };

  void BeginUpTo(int64_t offset);

  std::vector<TxnIndexEntry> waiting_;  // by falling first offset
  std::map<int64_t, Ongoing> aborted_;  // by producer id
  std::set<int64_t> committed_;         // producers with batches of a committed transaction
  std::set<int64_t> needed_;
  std::vector<TxnIndexEntry> kept_;
};

// What one cleaning works by.
struct RetainRules {
  // Where keys were written last, of the records in [.. map_end).
  const KeyMap* keys = nullptr;
  int64_t map_end = 0;
  // Offsets at which an output segment ends, rising: the batch that ends there stays.
  std::span<const int64_t> ends;
  const ProducerTails* producers = nullptr;
  int64_t now_ms = 0;
  int64_t delete_retention_ms = 0;
};

// What becomes of a batch before anybody looks inside.
struct BatchFate {
  enum class Records {
    kDrop,  // none survives
    kKeep,  // all survive
    kLook,  // each by itself: RetainRecord
  };
  Records records = Records::kLook;
  bool keep_header = false;  // without any record the batch still stays, as a header
  // A marker of a transaction that has no data: it gets a delete horizon, as tombstones do.
  bool wants_horizon = false;
};

BatchFate DecideBatch(record::BatchView batch, TransactionWalk& transactions,
                      const RetainRules& rules);

// Whether a record of a data batch survives: the last one of its key, and no tombstone whose time
// is over. What lies behind the map's end does. A record without a key has no place in a
// compacted log. `key` is the hash of the record's, if it has one and the map needs it to tell.
bool RetainRecord(record::BatchView batch, const record::RecordView& record, const KeyHash& key,
                  const RetainRules& rules);

}  // namespace varve::log
