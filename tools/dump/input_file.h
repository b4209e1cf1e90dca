#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/bytes.h"

namespace varve::dump {

// A regular file that is only ever read: without a mapping, which would break if the file became
// shorter, and without leaving an access time where the system permits that.
//
// Errors    Messages name the path. NotFound: it is not there, or not any more.
//           FailedPrecondition: it is no regular file.
//           Unavailable: it cannot be opened or read; the message says why.
class InputFile {
 public:
  // The size is taken now: what is appended later is not seen.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Fills `into` from `position` on; returns how much there was, less only at the end of the file.
  absl::StatusOr<size_t> Read(uint64_t position, MutableBytes into) const;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }
  int64_t modified_ms() const { return modified_ms_; }
  // Whether the name stands for this file still: nobody has removed, renamed or replaced it.
  bool InPlace() const;

 private:
  InputFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  absl::Status Stat();

  const std::string path_;
  const int descriptor_;
  uint64_t size_ = 0;
  int64_t modified_ms_ = 0;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// A small file as a whole. ResourceExhausted: it has more than bytes_max.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, uint64_t bytes_max);

}  // namespace varve::dump
