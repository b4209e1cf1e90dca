#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/random.h"
#include "engine/io/sim/faults.h"
#include "engine/io/sim/tree.h"

namespace varve::io {

class SimWorld;
class SimInFlight;

enum class SimCrash {
  kProcess,  // the page cache survives
  kPower,    // what was synced survives; of the rest, whatever the seed says
};

// What the disk may be told to lie about, so that a test can show that it would notice.
enum SimLie : unsigned {
  kNoLie = 0,
  kLieSyncData = 1,       // acknowledged, nothing kept
  kLieSyncDirectory = 2,  // likewise
  kLieRename = 4,         // not atomic: a crash may leave both names, or none
};

// The disk of a simulated machine: it outlives the loops that use it, and its crashes. This is a
// test's side of it; the program's is Loop::disk().
//
//   auto loop = world.NewLoop();
//   world.disk().CrashAtOperation(17, SimCrash::kPower);
//   absl::Status status = world.Run(*loop, Workload(loop->disk()));   // ends Aborted
//   loop.reset();
//   world.disk().Restart();
//   loop = world.NewLoop();                                           // and opens everything anew
//
// Operations, as CrashAtOperation counts them, are the calls that change something or make it
// durable: Open that creates, CreateDirectory, RemoveDirectory, Remove, Rename, SyncDirectory,
// Lock, Append, SyncData, Allocate and Truncate, each when it takes effect.
class SimDisk {
 public:
  explicit SimDisk(SimWorld& world);
  ~SimDisk();

  // Crashes.

  // Now. What is in flight happens in part, wholly or not at all; afterwards every call on what
  // was opened before fails with Aborted and changes nothing, and so do new calls until Restart.
  void Crash(SimCrash kind);
  // While the n-th operation from now (1: the next) takes effect. 0: not at all.
  void CrashAtOperation(uint64_t n, SimCrash kind);
  void Restart() { crashed_ = false; }
  bool crashed() const { return crashed_; }
  uint64_t writeback_bytes() const { return writeback_bytes_; }  // asked for so far
  uint64_t operations() const { return operations_; }            // so far
  const std::string& boot_id() const { return boot_id_; }        // changes with each kPower

  // Faults.

  void Inject(SimFault fault) { faults_.Add(std::move(fault)); }
  void ClearFaults() { faults_.Clear(); }
  void Lie(unsigned lies) { lies_ = lies; }
  // From now on so many bytes are free; appends and allocations use them up, removals and
  // truncations give back.
  void set_free_bytes(uint64_t bytes) {
    total_bytes_ = tree_->UsedBytes() + bytes;
    limited_ = true;
  }
  // Reading any of these bytes fails with DataLoss, for good.
  absl::Status MarkBad(std::string_view path, uint64_t position, uint64_t length);
  // In the page cache and on the device.
  absl::Status FlipBit(std::string_view path, uint64_t position, unsigned bit);

  // A look from outside, without time, faults or traces. It shows what a program would see.

  bool Exists(std::string_view path) const { return tree_->Find("find", path).ok(); }
  absl::StatusOr<std::vector<std::string>> Names(std::string_view path) const;
  absl::StatusOr<Buffer> Content(std::string_view path) const;
  // Only what a power loss surely leaves of the bytes (not of the name).
  absl::StatusOr<Buffer> DurableContent(std::string_view path) const;
  // Sets a file's content, durably, with its directories.
  absl::Status Put(std::string_view path, Bytes content);
  // Makes everything durable, as if the machine had been idle for long.
  void SyncAll() { tree_->SyncAll(); }
  // One line a file or directory: size, durable size, unsynced changes, checksum.
  std::string DumpTree() const;

  // The state of files, names and what of them is durable; neither faults nor crashes to come.
  using Image = std::shared_ptr<const SimTree>;
  Image Save() const { return tree_->Copy(); }
  // Becomes that state, in this world or another, as after a process crash and a restart.
  void Load(const Image& image);

  // For the ports.

  SimTree& tree() { return *tree_; }
  SimFaults& faults() { return faults_; }
  Random& random() { return random_; }
  std::set<uint64_t>& locks() { return locks_; }
  uint64_t total_bytes() const { return total_bytes_; }
  uint64_t FreeBytes() const;
  bool limited() const { return limited_; }  // spares summing up a tree that is far from full
  bool lies(SimLie lie) const { return (lies_ & lie) != 0; }
  uint64_t life() const { return life_; }  // changes with every crash
  bool Alive(uint64_t life) const { return !crashed_ && life == life_; }
  static absl::Status CrashedError();
  void NoteWriteback(uint64_t bytes) { writeback_bytes_ += bytes; }
  // Counts an operation, and crashes if it is the one to crash at.
  void CountOperation();

 private:
  friend class SimInFlight;

  void Die();

  SimWorld& world_;
  Random random_;
  SimFaults faults_;
  std::unique_ptr<SimTree> tree_;
  std::vector<SimInFlight*> in_flight_;  // by their start
  std::set<uint64_t> locks_;             // inode numbers
  std::string boot_id_;
  uint64_t total_bytes_;
  uint64_t operations_ = 0;
  uint64_t writeback_bytes_ = 0;
  uint64_t crash_at_ = 0;  // 0: never
  SimCrash crash_kind_ = SimCrash::kProcess;
  uint64_t life_ = 0;
  unsigned lies_ = kNoLie;
  bool crashed_ = false;
  bool limited_ = false;
};

// A change that is under way: what a crash in the middle of it would do.
class SimInFlight {
 public:
  SimInFlight(SimDisk& disk, std::function<void(Random&)> partly);
  ~SimInFlight();
  SimInFlight(const SimInFlight&) = delete;
  SimInFlight& operator=(const SimInFlight&) = delete;

 private:
  friend class SimDisk;

  SimDisk& disk_;
  std::function<void(Random&)> partly_;
};

}  // namespace varve::io
