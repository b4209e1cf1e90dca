#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/log/leftovers.h"
#include "engine/log/recovery.h"
#include "engine/log/scanner.h"

// What stands behind Recover; only for its two files.
namespace varve::log {

// One run over the files of one partition.
class Recoverer {
 public:
  Recoverer(io::Loop& loop, FileCache& files, const OpenArguments& arguments)
      : loop_(loop), files_(files), arguments_(arguments) {}

  io::Task<absl::StatusOr<Recovered>> Run();

 private:
  io::Disk& disk() { return files_.disk(); }
  OpenReport& report() { return result_.report; }
  Segment& active() { return *result_.segments.back(); }
  // Adds a note for the operator.
  template <typename... Args>
  void Tell(fmt::format_string<Args...> text, Args&&... args) {
    report().notes.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  io::Task<absl::Status> LoadEpochs();
  io::Task<absl::Status> LoadSegments(const Inventory& inventory);
  io::Task<absl::Status> LoadSegment(const Inventory::Entry& entry, int64_t next_base);
  bool Trusts(int64_t next_base) const;
  io::Task<absl::StatusOr<bool>> IndexesFit(Segment& segment, const Inventory::Entry& entry,
                                            uint64_t log_bytes, int64_t next_base);
  io::Task<absl::Status> LoadFirstTimestamp(Segment::Loaded& loaded);
  io::Task<absl::Status> FindCleanEnd(Segment::Loaded& loaded);
  io::Task<absl::Status> RemoveSegment(const Segment& segment);
  io::Task<absl::Status> StartEmpty(int64_t base_offset);
  io::Task<absl::Status> CheckEnd();
  io::Task<absl::Status> StoreEpochs();
  io::Task<absl::Status> SyncAccepted();

  // What producers did: recovery_producers.cc.
  io::Task<absl::Status> BringProducersTo(int64_t offset);
  io::Task<absl::Status> ReplayUpTo(int64_t offset);
  void NoteProducer(const ProducerBatch& batch);
  io::Task<absl::Status> KeepProducersAt(int64_t base_offset);
  io::Task<absl::Status> FinishProducers();

  // Reading a segment batch by batch: recovery_scan.cc.
  struct Span {
    uint64_t file_bytes = 0;
    int64_t next_base = 0;  // of the segment behind it; kNoNext for the last one
  };
  io::Task<absl::Status> Scan(Segment::Loaded loaded, int64_t next_base);
  bool EpochFits(const Scanned& scanned) const;
  bool Follows(const Scanned& scanned, int64_t next_base);
  void Accept(const Scanned& scanned);
  EndFacts FactsOf(const Scanned& scanned, const Span& span);
  io::Task<absl::StatusOr<bool>> HandleEnd(BatchScanner& scanner, const Scanned& scanned,
                                           Span span);
  io::Task<absl::StatusOr<uint64_t>> SoundBatchAfter(uint64_t position, uint64_t file_bytes);
  io::Task<absl::StatusOr<Fence>> MakeFence(const Scanned& scanned, uint64_t sound_position,
                                            Span span);

  static constexpr int64_t kNoNext = std::numeric_limits<int64_t>::max();

  io::Loop& loop_;
  FileCache& files_;
  const OpenArguments& arguments_;
  Recovered result_;
  std::vector<Segment*> scanned_;
  // result_.producers covers everything below; nothing yet: it is not known where to begin.
  std::optional<int64_t> producers_to_;
  bool dropped_ = false;  // a cut: what later segments hold goes
  bool directory_changed_ = false;
  bool epochs_changed_ = false;
  bool epochs_unreadable_ = false;
};

}  // namespace varve::log
