#pragma once

#include <absl/functional/function_ref.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"

namespace varve::io {

// What a call on the simulated disk goes through: it takes its time, meets the faults that wait
// for it, and leaves a trace. Bound to one life of the machine: after a crash all of it is Aborted.
class SimDiskCalls {
 public:
  SimDiskCalls(SimWorld& world, Loop& loop)
      : world_(world), disk_(world.disk()), loop_(loop), life_(disk_.life()) {}

  SimDisk& disk() { return disk_; }
  SimWorld& world() { return world_; }
  bool alive() const { return disk_.Alive(life_); }
  uint64_t life() const { return life_; }

  // Waits until the call takes effect; then Aborted or the fault that it met. Operations are
  // counted, and crash the machine, at that moment.
  Task<absl::Status> Arrive(SimCall call, const std::string& path);
  // Time that passes in the middle of a call; Aborted if the machine crashed meanwhile.
  Task<absl::Status> Continue(SimCall call);
  // Whether to do it in pieces, and how large the first of `left` is.
  size_t Piece(size_t left);

  // A change of the tree that happens or does not: arrives, applies, records.
  Task<absl::Status> Change(SimCall call, const std::string& path,
                            absl::FunctionRef<absl::Status()> apply);
  // The same for a call that changes nothing: a crash leaves nothing of it.
  Task<absl::Status> Look(SimCall call, const std::string& path,
                          absl::FunctionRef<absl::Status()> apply);
  absl::Status Record(SimCall call, const std::string& path, absl::Status status,
                      uint64_t detail = 0);

 private:
  Duration Latency(SimCall call);

  SimWorld& world_;
  SimDisk& disk_;
  Loop& loop_;
  uint64_t life_;
};

// The simulated disk as one loop sees it.
class SimDiskPort : public Disk {
 public:
  SimDiskPort(SimWorld& world, Loop& loop)
      : calls_(std::make_shared<SimDiskCalls>(world, loop)), disk_(world.disk()) {}

  Task<absl::StatusOr<FileRef>> Open(std::string path, OpenMode mode) override;
  Task<absl::Status> CreateDirectory(std::string path) override;
  Task<absl::Status> RemoveDirectory(std::string path) override;
  Task<absl::Status> Remove(std::string path) override;
  Task<absl::Status> Rename(std::string from, std::string to) override;
  Task<absl::Status> SyncDirectory(std::string path) override;
  Task<absl::StatusOr<std::vector<DirectoryEntry>>> List(std::string path) override;
  Task<absl::StatusOr<FileInfo>> Stat(std::string path) override;
  Task<absl::StatusOr<DiskSpace>> Space(std::string path) override;
  Task<absl::StatusOr<std::unique_ptr<FileLock>>> Lock(std::string path) override;
  Task<absl::StatusOr<std::string>> BootId() override;

 private:
  absl::StatusOr<SimInodeRef> LockNow(const std::string& path);

  std::shared_ptr<SimDiskCalls> calls_;  // files keep it
  SimDisk& disk_;
};

}  // namespace varve::io
