#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/io/disk.h"
#include "engine/io/sim/sim_disk_port.h"

namespace varve::io {

// One open file of the simulated disk. It stays usable without its loop only for its destructor
// and for Peek.
class SimFile : public File {
 public:
  SimFile(std::shared_ptr<SimDiskCalls> calls, SimInodeRef inode, std::string path, bool writable);
  ~SimFile() override;

  Task<absl::StatusOr<size_t>> Read(uint64_t position, MutableBytes into) override;
  Task<absl::StatusOr<size_t>> ReadOnce(uint64_t position, MutableBytes into) override;
  Task<absl::Status> Append(uint64_t position, std::span<const Bytes> pieces) override;
  Task<absl::Status> StartWriteback(uint64_t position, uint64_t length) override;
  Task<absl::Status> SyncData() override;
  Task<absl::Status> Allocate(uint64_t position, uint64_t length) override;
  Task<absl::Status> Truncate(uint64_t size) override;
  Task<absl::StatusOr<uint64_t>> Size() override;
  Task<absl::Status> SetModified(int64_t modified_ms) override;
  Task<void> DropCached() override;

  // What a stream of any loop sends: as many bytes at `position` as there are, without time.
  absl::StatusOr<size_t> Peek(uint64_t position, MutableBytes into) const;

 private:
  struct AppendState;

  absl::Status Writable(SimCall call) const;
  absl::Status CheckSpace(SimCall call, uint64_t end) const;
  // Writes bytes [from, to) of the concatenated pieces.
  void WritePart(const AppendState& append, uint64_t from, uint64_t to);
  Task<absl::Status> WriteAll(AppendState& append);
  absl::Status CutBack(AppendState& append, absl::Status why);
  void Touch();

  std::shared_ptr<SimDiskCalls> calls_;
  SimDisk& disk_;
  SimInodeRef inode_;
  std::string path_;
  uint64_t life_;
  bool writable_;
};

}  // namespace varve::io
