#include "tools/varve/records/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/status.h"
#include "tools/text/interrupt.h"

namespace varve::cli {
namespace {

constexpr size_t kBlockBytes = 262'144;

}  // namespace

Input::Input(std::string path, std::string delimiter)
    : path_(std::move(path)),
      whole_(delimiter.empty()),
      splitter_(std::move(delimiter)),
      block_(kBlockBytes, '\0') {}

Input::~Input() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

absl::Status Input::Open() {
  fd_ = path_ == "-" ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) {
    return absl::NotFoundError(fmt::format("cannot open {}: {}", path_, std::strerror(errno)));
  }
  return absl::OkStatus();
}

// A signal that comes just before a read would not end it: so nobody waits for long at once.
absl::Status Input::AwaitInput() const {
  constexpr int kPatienceMs = 100;
  pollfd wanted{fd_, POLLIN, 0};
  do {
    if (text::Interrupt::asked()) return absl::CancelledError("");
  } while (poll(&wanted, 1, kPatienceMs) <= 0);
  return absl::OkStatus();
}

absl::Status Input::Read() {
  RETURN_IF_ERROR(AwaitInput());
  const ssize_t got = read(fd_, block_.data(), block_.size());
  if (got < 0 && errno != EINTR) {
    return absl::UnavailableError(fmt::format("cannot read {}: {}", path_, std::strerror(errno)));
  }
  if (got == 0) ended_ = true;
  if (got > 0) splitter_.Feed(std::string_view(block_).substr(0, static_cast<size_t>(got)));
  if (splitter_.pending() <= kPieceBytesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("{}: a record of more than {} bytes", path_, kPieceBytesMax));
}

absl::StatusOr<bool> Input::Next(std::string_view& piece) {
  ++count_;
  while (!splitter_.Next(piece)) {
    // A file that is one record is that also if it is empty.
    if (ended_) return splitter_.Last(piece) || (whole_ && count_ == 1);
    RETURN_IF_ERROR(Read());
  }
  return true;
}

std::string Input::Where() const {
  return fmt::format("{}, record {}", path_ == "-" ? "standard input" : path_, count_);
}

}  // namespace varve::cli
