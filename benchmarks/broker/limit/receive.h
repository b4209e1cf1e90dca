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

// How a file comes to its bytes.
enum class Growth {
  kPlain,   // by the writes; when they reach the disk is left to the kernel
  kPaced,   // as varved's: space is set aside before them, and the disk is told to begin
  kReused,  // all are there before anything is measured: no write needs new pages
};

// A file that the limit is written to: grows to `bytes_max`, then is written over from the start.
class LimitFile {
 public:
  // Errors    Unavailable: the directory cannot be written to, or has no room.
  static absl::StatusOr<LimitFile> Make(const std::string& directory, uint64_t bytes_max,
                                        Growth growth);

  int fd() const { return fd_.get(); }
  uint64_t bytes_max() const { return bytes_max_; }
  // Puts bytes behind those before. Begins again with an empty file, unless it is reused.
  absl::Status Write(Bytes bytes);

 private:
  LimitFile(io::Fd fd, uint64_t bytes_max, Growth growth)
      : fd_(std::move(fd)), bytes_max_(bytes_max), growth_(growth) {}
  absl::Status BeginAgain();
  void SetAside(uint64_t bytes);
  void Pace();

  io::Fd fd_;
  uint64_t bytes_max_;
  Growth growth_;
  uint64_t end_ = 0;
  uint64_t set_aside_ = 0;     // up to here
  uint64_t written_back_ = 0;  // likewise
};

// Serves requests of one size with a few bytes each, as a broker would at best. `file` is needed
// for kWrite, and outlives the result.
Serve ServeRequests(size_t request_bytes, Ingest ingest, LimitFile* file);

inline constexpr size_t kAnswerBytes = 64;

}  // namespace varve::bench
