#include "benchmarks/broker/limit/send_file.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>

#include "benchmarks/broker/limit/call.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

constexpr size_t kTurnBytes = 256 << 10;  // of one call
constexpr size_t kPipeBytes = 1 << 20;

class FileServer {
 public:
  FileServer(size_t answer_bytes, Means means, const LimitFile& file)
      : answer_bytes_(answer_bytes),
        means_(means),
        file_(file),
        requests_(64 * kAskBytes),
        hot_(std::min(answer_bytes, kTurnBytes)) {}

  absl::Status Serve(int fd, std::atomic<uint64_t>& served) {
    RETURN_IF_ERROR(OpenPipe());
    size_t asked_bytes = 0;
    for (;;) {
      ASSIGN_OR_RETURN(const size_t received, ReceiveSome(fd, requests_));
      if (received == 0) return absl::OkStatus();
      for (asked_bytes += received; asked_bytes >= kAskBytes; asked_bytes -= kAskBytes) {
        // A peer that has gone is how a trial ends.
        if (!SendAnswer(fd).ok()) return absl::OkStatus();
        served.store(served.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      }
    }
  }

 private:
  absl::Status OpenPipe() {
    int ends[2];
    if (::pipe(ends) != 0) return CallFailed("pipe");
    pipe_out_ = io::Fd(ends[0]);
    pipe_in_ = io::Fd(ends[1]);
    (void)::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kPipeBytes));  // or the default
    return absl::OkStatus();
  }

  absl::Status SendAnswer(int fd) {
    if (position_ + answer_bytes_ > file_.bytes_max()) position_ = 0;
    for (size_t left = answer_bytes_; left > 0;) {
      ASSIGN_OR_RETURN(const size_t sent, SendTurn(fd, std::min(left, kTurnBytes)));
      left -= sent;
      position_ += sent;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> SendTurn(int fd, size_t bytes) {
    switch (means_) {
      case Means::kSendfile:
        return BySendfile(fd, bytes);
      case Means::kSplice:
        return BySplice(fd, bytes);
      case Means::kReadSend:
        break;
    }
    return ByReadSend(fd, bytes);
  }

  absl::StatusOr<size_t> BySendfile(int fd, size_t bytes) {
    auto from = static_cast<off_t>(position_);
    const ssize_t sent = ::sendfile(fd, file_.fd(), &from, bytes);
    if (sent <= 0) return CallFailed("sendfile");
    return static_cast<size_t>(sent);
  }

  absl::StatusOr<size_t> BySplice(int fd, size_t bytes) {
    auto from = static_cast<off_t>(position_);
    const ssize_t taken =
        ::splice(file_.fd(), &from, pipe_in_.get(), nullptr, bytes, SPLICE_F_MOVE);
    if (taken <= 0) return CallFailed("splice from the file");
    for (ssize_t left = taken; left > 0;) {
      const ssize_t sent =
          ::splice(pipe_out_.get(), nullptr, fd, nullptr, static_cast<size_t>(left), SPLICE_F_MOVE);
      if (sent <= 0) return CallFailed("splice into the socket");
      left -= sent;
    }
    return static_cast<size_t>(taken);
  }

  absl::StatusOr<size_t> ByReadSend(int fd, size_t bytes) {
    const ssize_t read = ::pread(file_.fd(), hot_.data(), bytes, static_cast<off_t>(position_));
    if (read <= 0) return CallFailed("pread");
    RETURN_IF_ERROR(SendAll(fd, Bytes(hot_).first(static_cast<size_t>(read))));
    return static_cast<size_t>(read);
  }

  const size_t answer_bytes_;
  const Means means_;
  const LimitFile& file_;
  Buffer requests_;
  Buffer hot_;
  uint64_t position_ = 0;
  io::Fd pipe_in_;
  io::Fd pipe_out_;
};

}  // namespace

Serve ServeFile(size_t answer_bytes, Means means, const LimitFile& file) {
  return [answer_bytes, means, &file](int fd, std::atomic<uint64_t>& served) {
    return FileServer(answer_bytes, means, file).Serve(fd, served);
  };
}

}  // namespace varve::bench
