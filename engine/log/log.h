#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/cleaning_slot.h"
#include "engine/log/config.h"
#include "engine/log/file_cache.h"
#include "engine/log/file_remover.h"
#include "engine/log/flusher.h"
#include "engine/log/health.h"
#include "engine/log/leader_epochs.h"
#include "engine/log/pending_append.h"
#include "engine/log/producer_state.h"
#include "engine/log/recovery.h"
#include "engine/log/retention.h"
#include "engine/log/segment.h"
#include "engine/log/snapshot_files.h"

namespace varve::log {

// The ends of a log. log_start <= last_stable <= high_watermark <= end, durable <= end.
struct Offsets {
  int64_t log_start = 0;       // the first that is served
  int64_t last_stable = 0;     // below it every transaction is decided
  int64_t high_watermark = 0;  // below it consumers may read
  int64_t durable = 0;         // below it a power loss takes nothing
  int64_t end = 0;             // the next one to be written
};

// What a read found. Batches are whole at the front; the last one may be cut short by the limit
// on bytes, as Kafka's fetch answers are.
struct ReadRange {
  io::FileRange range;  // empty: nothing to read below the limit
  int64_t first_offset = 0;
  uint64_t first_batch_bytes = 0;
};

// The log of one partition: segments in a directory of its own, appended to at the end, read by
// offset. Knows no topics, no protocol and no cluster.
//
// Lifetime  Loop, file cache and health outlive it. Close() has ended before its destructor.
// Threads   One loop. What Read returns may be sent by any.
// Errors    Status by name below; messages carry file and position. Every task that starts after
//           Close ends with Cancelled; Close waits for those that started before.
class Log {
 public:
  // Called on the log's loop whenever `end` or `durable` has moved, before the appends that moved
  // them are acknowledged: whoever decides the high watermark sets it here.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnAdvance(Log& log) = 0;
  };

  // Opens the log in arguments.directory, as recovery left it. Errors are Recover's.
  static io::Task<absl::StatusOr<std::unique_ptr<Log>>> Open(io::Loop& loop, FileCache& files,
                                                             DirectoryHealth& health,
                                                             OpenArguments arguments);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Batches that wait together are written in one gathered call at the end of the loop's turn.
  void Enqueue(PendingAppend& append);
  // Enqueues and waits. `batch` stays the caller's and in place until then.
  io::Task<absl::StatusOr<Appended>> Append(MutableBytes batch);

  // Done when everything appended before this call is durable. Calls that overlap share a sync.
  io::Task<absl::Status> Flush();

  // Batches from `offset` on and below `limit`, at most bytes_max bytes of them, unless
  // `whole_first_batch` and the first batch alone is larger. `limit` <= end.
  // OutOfRange: offset < log_start or > end. DataLoss: it lies in a damaged stretch.
  io::Task<absl::StatusOr<ReadRange>> Read(int64_t offset, uint64_t bytes_max, int64_t limit,
                                           bool whole_first_batch);

  // The first record below `limit` whose timestamp is at least timestamp_ms; nothing if none is.
  io::Task<absl::StatusOr<std::optional<TimestampOffset>>> FindTimestamp(int64_t timestamp_ms,
                                                                         int64_t limit);
  // Of the records below `limit`, the first that has the largest timestamp; nothing without any.
  io::Task<absl::StatusOr<std::optional<TimestampOffset>>> FindMaxTimestamp(int64_t limit);

  // The aborted transactions that a reader of [from, upper) has to know of: what they wrote is to
  // be left out. Sorted by their first offsets. And those for what Read has found.
  io::Task<absl::StatusOr<std::vector<AbortedTransaction>>> AbortedTransactions(int64_t from,
                                                                                int64_t upper);
  io::Task<absl::StatusOr<std::vector<AbortedTransaction>>> AbortedIn(ReadRange read);
  // What the transaction indexes of all segments say.
  io::Task<absl::StatusOr<std::vector<TxnIndexEntry>>> AbortedEntries();
  // Who wrote what last, up to the end.
  const ProducerState& producers() const { return producers_; }
  // Forgets producers that have been silent for too long. Appends do it now and then; a log that
  // gets none keeps them until it is called.
  void ExpireProducers();

  // Cuts the log so that nothing at or above `offset` is left, durably; nothing happens if nothing
  // is there. Returns the new end: `offset`, or where the batch began that it lay in the middle of,
  // or the gap that compaction left there. At or below the log start everything goes. TruncateFully
  // always empties the log, which then starts and ends at `offset`. The other ends follow;
  // transactions and producers are as they were at the new end, and so are epochs: begin one before
  // appending again. To leave nothing that is later than an epoch, cut where
  // epochs().EndOffsetFor says that it ended.
  //   Requires  No checkpoint has a recovery point, or the end of a compaction, above the new end:
  //             the caller first writes one that is not (and, for TruncateFully, `offset` as the
  //             log start); otherwise a stop on the way reads as a lost tail. It leaves the old
  //             log, cut at or behind the new end.
  //   Readers   What Read found before is not taken from under its holder: those bytes, or fewer,
  //             but never others.
  //   Errors    Those of io::Disk. After one of a write the log takes no appends and no syncs until
  //             it is opened again. Appends whose offsets go while they wait end with Cancelled.
  io::Task<absl::StatusOr<int64_t>> TruncateTo(int64_t offset);
  io::Task<absl::Status> TruncateFully(int64_t offset);

  // From now on batches are stamped with `epoch`, which is durable before the first of them is
  // written and before this returns. Begins between two writes; after an error the old epoch goes
  // on.
  io::Task<absl::Status> BeginEpoch(int32_t epoch);
  const LeaderEpochs& epochs() const { return epochs_; }
  int32_t leader_epoch() const { return leader_epoch_; }

  // Deletes the oldest segments as far as config and offsets say: see retention.h. The log start
  // rises at once; files are renamed, and removed after file_delete_delay_ms. Returns what went.
  io::Task<absl::StatusOr<RetentionDecision>> ApplyRetention(int64_t now_ms);
  // Nothing below `offset` is served any more; a later ApplyRetention deletes what lies wholly
  // below. A crash takes this back unless Offsets::log_start was checkpointed. Less than the
  // present start is fine and changes nothing. OutOfRange: beyond the high watermark, or negative.
  io::Task<absl::Status> AdvanceLogStart(int64_t offset);
  // Closes the active segment if it is older than segment_ms though nobody appends, so that
  // retention and compaction can get at it.
  io::Task<absl::Status> RollIfOld(int64_t now_ms);

  // Rises only, and not beyond the end.
  void AdvanceHighWatermark(int64_t offset);
  const Offsets& offsets() const { return offsets_; }

  // Has it made durable in the background from now on.
  void set_flusher(Flusher* flusher) { flusher_ = flusher; }
  // For the flusher: Flush, and a place in its queue again if more was appended meanwhile.
  io::Task<void> FlushInBackground();

  void set_listener(Listener* listener) { listener_ = listener; }
  void set_config(const Config& config) {
    config_ = config;
    if (!config.cleanup_compact) cleaned_up_to_.reset();
  }
  const Config& config() const { return config_; }
  const std::string& directory() const { return directory_; }
  const OpenReport& open_report() const { return report_; }
  uint64_t size_bytes() const;
  uint64_t appended_bytes() const { return appended_bytes_; }  // since it was opened
  size_t segment_count() const { return segments_.size(); }
  int64_t first_segment_base() const { return segments_.begin()->first; }

  // For compaction (clean/). It reads closed segments beside everything else, and then exchanges
  // them for what it made of them. Truncating, closing and deleting a log end its compaction.
  struct ClosedSegment {
    std::shared_ptr<Segment> segment;
    int64_t end_offset = 0;  // the next segment's base
  };
  std::vector<ClosedSegment> closed_segments() const;
  int64_t active_base() const { return segments_.rbegin()->first; }
  CleaningSlot& cleaning() { return cleaning_; }
  // Where the last compaction ended; nothing if nobody knows.
  std::optional<int64_t> cleaned_up_to() const { return cleaned_up_to_; }
  void set_cleaned_up_to(std::optional<int64_t> offset) { cleaned_up_to_ = offset; }

  // Producers whose transactions are under way where a segment begins, as a recovery finds it.
  io::Task<absl::StatusOr<std::set<int64_t>>> TransactionsOpenAt(int64_t base_offset);
  // Puts `output`, whose files are whole and durable under their ".cleaned" names, in the place of
  // neighbours that begin at its base. Whoever reads in a source goes on in the output.
  // Aborted: a source is no longer in the log; the output is removed.
  // Another error before the exchange began: likewise. After it began, a failing device leaves the
  // output in place under its ".swap" names, which the next start finishes, and the directory
  // takes no more appends: DataLoss.
  io::Task<absl::Status> Exchange(std::vector<std::shared_ptr<Segment>> sources,
                                  std::shared_ptr<Segment> output);
  // Before an output is made: from now on the log is not as a clean stop left it.
  io::Task<absl::Status> WillChange();
  // Removes what an unfinished compaction wrote.
  io::Task<absl::Status> DropOutput(const Segment& output);

  // Ends the log: what waits is written, everything is made durable, files are closed. The first
  // error is returned, but the log is closed all the same; with one, the directory must not get a
  // clean-shutdown marker. Durable only if `sync`.
  io::Task<absl::Status> Close(bool sync = true);
  // After Close: what the next start needs to take the log over without a look at its files;
  // nothing if that cannot be told so.
  const std::shared_ptr<const LogAsLeft>& as_left() const { return as_left_; }

 private:
  struct TurnEnd : io::Work {
    explicit TurnEnd(Log& owner) : Work(&Run), log(owner) {}
    static void Run(io::Work& work);
    Log& log;
  };
  // Whoever waits in the middle of using a segment holds it: it may be removed meanwhile.
  using SegmentRef = std::shared_ptr<Segment>;
  using Segments = std::map<int64_t, SegmentRef>;

  Log(io::Loop& loop, FileCache& files, DirectoryHealth& health, OpenArguments arguments,
      Recovered recovered);

  Segment& active() { return *segments_.rbegin()->second; }
  io::Task<void> WriteQueued();
  io::Task<void> WriteGroup();
  io::Task<absl::Status> PrepareFront();
  io::Task<absl::Status> SyncCutBack();
  void TakeGroup();
  void Stamp(PendingAppend& append);
  void FinishGroup(const absl::Status& status);
  void NoteWritten();
  void CompleteGroup();
  void Complete(PendingAppend& append, absl::StatusOr<Appended> result);
  void Advanced();

  std::vector<SegmentSummary> Summaries() const;
  RetentionDecision Decide(int64_t now_ms) const;
  void RaiseLogStart(int64_t offset);
  io::Task<absl::Status> DropEpochsBelowStart();
  io::Task<absl::Status> RollNow();

  // Producers: log_producers.cc.
  bool AdmitProducer(PendingAppend& append);
  void NoteProducers();
  void NoteProducer(Segment& segment, const ProducerBatch& batch);
  void RefreshLastStable();  // whenever the high watermark or the log start was moved
  void PrepareSnapshot();
  io::Task<absl::Status> StoreSnapshot(int64_t offset, Buffer content);
  io::Task<absl::Status> StoreSnapshots();
  io::Task<absl::Status> StoreLastSnapshot();
  io::Task<absl::Status> CollectAbortedFrom(int64_t from, int64_t upper,
                                            std::vector<AbortedTransaction>& found);
  io::Task<absl::StatusOr<bool>> CollectAbortedIn(Segment& segment, int64_t from, int64_t upper,
                                                  std::vector<AbortedTransaction>& found);

  // Truncation: log_truncate.cc.
  struct Cut {
    SegmentRef segment;
    uint64_t position = 0;  // in its file; what lies before it stays
    int64_t end = 0;
  };
  io::Task<void> HoldSyncs();
  void ReleaseSyncs();
  io::Task<absl::StatusOr<int64_t>> TruncateHeld(int64_t offset);
  io::Task<absl::StatusOr<Cut>> FindCut(int64_t offset);
  io::Task<absl::Status> Apply(Cut cut);
  io::Task<absl::Status> Empty(int64_t offset);
  absl::Status NoteBroken(absl::Status status);
  std::vector<SegmentRef> ReplaceFrom(int64_t first_gone, int64_t base_offset);
  void Clip(int64_t log_start, int64_t end);
  io::Task<absl::StatusOr<ProducerState>> ProducersAt(int64_t base_offset);
  io::Task<absl::Status> KeepProducersAt(int64_t base_offset);
  io::Task<absl::Status> CutSegment(Cut cut);
  io::Task<absl::Status> NoteKept(const Cut& cut, Segment& kept);
  io::Task<absl::Status> GoOnAt(int64_t epochs_end);

  // Takes the segments with bases in [first_base, end_base) out of the log; at least one stays.
  std::vector<SegmentRef> TakeOut(int64_t first_base, int64_t end_base);
  // Renames their files to ".deleted", and has them removed later. In this order, durably: a crash
  // may bring back the last of them, but none without those behind it.
  io::Task<absl::Status> DeleteFiles(std::vector<SegmentRef> segments);
  io::Task<absl::Status> DeleteFilesInOrder(std::vector<SegmentRef> segments);
  io::Task<absl::Status> DeleteFile(std::string path);
  void SegmentsChanged();  // to be called whenever segments_ was changed
  io::Task<absl::Status> ExchangeInTurn(std::vector<SegmentRef> sources, SegmentRef output);
  io::Task<absl::Status> NameComplete(Segment& output);
  io::Task<absl::Status> FinishExchange(std::vector<SegmentRef> sources, Segment& output);

  io::Task<absl::Status> StoreEpoch(int32_t epoch);
  io::Task<absl::Status> Roll(int64_t base_offset);
  absl::Status Closing() const;

  void NoteUndurable();
  void StartWriteback();
  io::Task<void> WriteBack(SegmentRef segment);
  void StartSync();
  bool NeedsSync();
  void NoteSyncError();
  Segments::iterator FirstUnsynced();
  io::Task<void> SyncUntilNobodyWaits();
  io::Task<absl::Status> SyncOnce();
  io::Task<absl::Status> SyncSegment(SegmentRef segment);
  io::Task<absl::Status> SyncForClose();
  std::shared_ptr<const LogAsLeft> Describe() const;
  void CompleteDurable();

  using MaybeTime = absl::StatusOr<std::optional<TimestampOffset>>;
  using BatchSearch = absl::FunctionRef<MaybeTime(Bytes batch, OffsetSpan wanted)>;
  io::Task<MaybeTime> FirstAtLeast(Segment& segment, int64_t timestamp_ms, int64_t limit);
  io::Task<MaybeTime> SearchBatch(Segment& segment, Located batch, int64_t limit,
                                  BatchSearch search);
  io::Task<absl::StatusOr<int64_t>> MaxOfBatches(int64_t limit);
  io::Task<MaybeTime> MaxOfCutBatch(int64_t limit);
  io::Task<MaybeTime> FindFrom(int64_t timestamp_ms, int64_t limit);
  io::Task<absl::StatusOr<uint64_t>> LimitPosition(Segment& segment, int64_t limit);
  io::Task<absl::StatusOr<std::optional<ReadRange>>> ReadIn(Segment& segment, int64_t offset,
                                                            uint64_t bytes_max, int64_t limit,
                                                            bool whole_first_batch);
  SegmentRef NextToRead(int64_t base, int64_t limit) const;
  int64_t EndOf(const Segment& segment) const;
  Segments::iterator SegmentOf(int64_t offset);

  io::Loop& loop_;
  FileCache& files_;
  DirectoryHealth& health_;
  const std::string directory_;
  Config config_;
  Listener* listener_ = nullptr;
  ChangeMarks* marks_;  // null once it was told, or if nobody wants to know
  Segments segments_;
  uint64_t closed_bytes_ = 0;  // of all segments but the active one
  uint64_t appended_bytes_ = 0;
  std::unique_ptr<FileRemover> remover_;  // once there was something to remove
  io::Semaphore renaming_;                // of one: whoever renames files of segments
  bool exchange_failed_ = false;
  CleaningSlot cleaning_;
  std::optional<int64_t> cleaned_up_to_;
  LeaderEpochs epochs_;
  int32_t leader_epoch_ = 0;
  ProducerState producers_;
  SnapshotFiles snapshots_;
  // Taken at rolls, with their offsets; stored by the next sync.
  std::deque<std::pair<int64_t, Buffer>> waiting_snapshots_;
  int64_t producers_expired_ms_ = 0;
  absl::Status broken_;  // a truncation that failed on its way
  Offsets offsets_;
  OpenReport report_;
  std::shared_ptr<const LogAsLeft> as_left_;
  int64_t jitter_ms_ = 0;  // of the active segment
  bool roll_first_ = false;
  bool directory_dirty_ = false;  // a segment was made since the last directory sync

  AppendQueue queue_;
  bool writing_ = false;
  io::Semaphore writer_;  // of one: a group of batches, or the begin of an epoch
  TurnEnd turn_end_;
  std::vector<PendingAppend*> group_;
  std::vector<Bytes> group_pieces_;
  std::vector<BatchFacts> group_facts_;
  ProducerState::Group group_producers_;

  AppendQueue awaiting_sync_;
  bool syncing_ = false;
  bool writing_back_ = false;
  Flusher* flusher_ = nullptr;
  Flusher::Place flush_place_;
  int64_t sync_wanted_ = 0;  // make this offset durable
  absl::Status sync_error_;
  io::Event sync_progress_;
  io::Gate gate_;
};

}  // namespace varve::log
