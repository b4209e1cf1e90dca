#pragma once

#include <memory>
#include <string>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/posix/fd.h"
#include "engine/io/posix/file_calls.h"

namespace varve::io {

// A file of the machine. What the page cache answers happens in place on the loop; what waits for
// the device, or is long, on the pool.
//
// Lifetime  Goes before the pool.
class PosixFile final : public File {
 public:
  // `read_once`: what ReadOnce does with pages that it had to bring.
  PosixFile(Loop& loop, Fd fd, std::string path, Behind read_once)
      : loop_(loop),
        pool_(loop.pool()),
        fd_(std::move(fd)),
        path_(std::move(path)),
        read_once_(read_once) {}
  ~PosixFile() override;

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

  int descriptor() const { return fd_.get(); }
  const std::string& path() const { return path_; }  // as it was opened

 private:
  Task<absl::StatusOr<size_t>> ReadAs(uint64_t position, MutableBytes into, Behind behind);

  Loop& loop_;
  Pool& pool_;
  Fd fd_;
  std::string path_;
  const Behind read_once_;
};

}  // namespace varve::io
