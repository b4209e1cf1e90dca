#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "benchmarks/broker/limit/trial.h"
#include "engine/io/posix/fd.h"

namespace varve::bench {

// What is done with each request that came.
enum class Ingest {
  kReceive,   // nothing
  kChecksum,  // CRC-32C of its bytes
  kWrite,     // and a write of it to a file, page cache only
};

// A file that the limit is written to: grows to `bytes_max`, then is written over from the start.
class LimitFile {
 public:
  // `reused`: all of it is there before anything is measured, so that no write needs new pages.
  // Errors    Unavailable: the directory cannot be written to, or has no room.
  static absl::StatusOr<LimitFile> Make(const std::string& directory, uint64_t bytes_max,
                                        bool reused);

  int fd() const { return fd_.get(); }
  uint64_t bytes_max() const { return bytes_max_; }
  // Where the next `bytes` go. Begins again with an empty file, unless it is reused.
  absl::StatusOr<uint64_t> Place(uint64_t bytes);

 private:
  LimitFile(io::Fd fd, uint64_t bytes_max, bool reused)
      : fd_(std::move(fd)), bytes_max_(bytes_max), reused_(reused) {}

  io::Fd fd_;
  uint64_t bytes_max_;
  bool reused_;
  uint64_t end_ = 0;
};

// Serves requests of one size with a few bytes each, as a broker would at best. `file` is needed
// for kWrite, and outlives the result.
Serve ServeRequests(size_t request_bytes, Ingest ingest, LimitFile* file);

inline constexpr size_t kAnswerBytes = 64;

}  // namespace varve::bench
