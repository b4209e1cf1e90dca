#include "benchmarks/broker/limit/receive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "benchmarks/broker/limit/call.h"
#include "engine/base/crc32c.h"
#include "engine/base/status.h"
#include "engine/io/posix/memory_limit.h"
#include "engine/log/config.h"
#include "engine/log/unwritten.h"

namespace varve::bench {
namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr size_t kReceiveBytesMin = 256 << 10;
constexpr uint64_t kWritebackBytes = 4 << 20;  // of one call

absl::Status WriteAt(int fd, Bytes bytes, uint64_t position) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (written < 0) return CallFailed("pwrite");
    bytes = bytes.subspan(static_cast<size_t>(written));
    position += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

// What one wake-up brought is checked request by request, and written and answered together.
class Receiver {
 public:
  Receiver(size_t request_bytes, Ingest ingest, LimitFile* file)
      : request_bytes_(request_bytes),
        ingest_(ingest),
        file_(file),
        buffer_(std::max(kReceiveBytesMin, request_bytes)),
        answers_(buffer_.size() / request_bytes * kAnswerBytes) {}

  absl::Status Serve(int fd, std::atomic<uint64_t>& served) {
    for (;;) {
      ASSIGN_OR_RETURN(const size_t received,
                       ReceiveSome(fd, MutableBytes(buffer_).subspan(filled_)));
      if (received == 0) return absl::OkStatus();
      filled_ += received;
      const size_t requests = filled_ / request_bytes_;
      if (requests == 0) continue;
      RETURN_IF_ERROR(Take(Bytes(buffer_).first(requests * request_bytes_)));
      if (!SendAll(fd, Bytes(answers_).first(requests * kAnswerBytes)).ok()) {
        return absl::OkStatus();
      }
      served.store(served.load(std::memory_order_relaxed) + requests, std::memory_order_relaxed);
      KeepRest(requests * request_bytes_);
    }
  }

 private:
  absl::Status Take(Bytes requests) {
    if (ingest_ == Ingest::kReceive) return absl::OkStatus();
    for (Bytes rest = requests; !rest.empty(); rest = rest.subspan(request_bytes_)) {
      checksum_ = Crc32c(rest.first(request_bytes_));
    }
    if (ingest_ == Ingest::kChecksum) return absl::OkStatus();
    return file_->Write(requests);
  }

  void KeepRest(size_t used) {
    std::copy(buffer_.begin() + static_cast<ptrdiff_t>(used),
              buffer_.begin() + static_cast<ptrdiff_t>(filled_), buffer_.begin());
    filled_ -= used;
  }

  const size_t request_bytes_;
  const Ingest ingest_;
  LimitFile* const file_;
  Buffer buffer_;
  const Buffer answers_;
  size_t filled_ = 0;
  volatile uint32_t checksum_ = 0;  // nobody needs it, and it has to be computed
};

}  // namespace

absl::StatusOr<LimitFile> LimitFile::Make(const std::string& directory, uint64_t bytes_max,
                                          Growth growth) {
  std::string path = directory + "/varve-bench-XXXXXX";
  io::Fd fd(::mkstemp(path.data()));
  if (!fd.valid()) return CallFailed("mkstemp in " + directory);
  ::unlink(path.c_str());  // gone when it is closed, however this process ends
  const Buffer block(kBlockBytes, std::byte{0x5e});
  for (uint64_t at = 0; growth == Growth::kReused && at < bytes_max; at += block.size()) {
    RETURN_IF_ERROR(WriteAt(fd.get(), block, at));
  }
  return LimitFile(std::move(fd), bytes_max, growth);
}

absl::Status LimitFile::BeginAgain() {
  end_ = set_aside_ = written_back_ = 0;
  if (growth_ == Growth::kReused || ::ftruncate(fd_.get(), 0) == 0) return absl::OkStatus();
  return CallFailed("ftruncate");
}

// As segments do it; see Segment::AllocateAhead.
void LimitFile::SetAside(uint64_t bytes) {
  constexpr uint64_t kStepMin = 1 << 20;
  const uint64_t step = std::min(log::Config().allocate_step_bytes, end_);
  if (step < kStepMin || end_ + bytes <= set_aside_) return;
  const uint64_t to = end_ + bytes + step;
  if (::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(end_),
                  static_cast<off_t>(to - end_)) == 0) {
    set_aside_ = to;
  }
}

// As logs do it; see log::UnwrittenBytes.
void LimitFile::Pace() {
  static const uint64_t unwritten_max = log::UnwrittenBytes::BytesMaxFor(io::MemoryLimitBytes());
  if (end_ - written_back_ <= unwritten_max) return;
  const uint64_t excess = end_ - written_back_ - unwritten_max;
  if (excess < kWritebackBytes) return;
  static_cast<void>(::sync_file_range(fd_.get(), static_cast<off_t>(written_back_),
                                      static_cast<off_t>(excess), SYNC_FILE_RANGE_WRITE));
  written_back_ += excess;
}

absl::Status LimitFile::Write(Bytes bytes) {
  if (end_ + bytes.size() > bytes_max_) RETURN_IF_ERROR(BeginAgain());
  if (growth_ == Growth::kPaced) SetAside(bytes.size());
  RETURN_IF_ERROR(WriteAt(fd_.get(), bytes, end_));
  end_ += bytes.size();
  if (growth_ == Growth::kPaced) Pace();
  return absl::OkStatus();
}

Serve ServeRequests(size_t request_bytes, Ingest ingest, LimitFile* file) {
  return [=](int fd, std::atomic<uint64_t>& served) {
    return Receiver(request_bytes, ingest, file).Serve(fd, served);
  };
}

}  // namespace varve::bench
