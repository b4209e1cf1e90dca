#include "engine/io/posix/file_sender.h"

#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/io/pool.h"
#include "engine/io/posix/errors.h"
#include "engine/io/posix/file_calls.h"
#include "engine/io/posix/posix_file.h"
#include "engine/io/posix/socket.h"

namespace varve::io {
namespace {

constexpr size_t kBuffersKept = 2;

int SendFlags(bool more) { return MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0); }

ssize_t SendNow(int out, Bytes bytes, bool more) {
  for (;;) {
    const ssize_t sent = ::send(out, bytes.data(), bytes.size(), SendFlags(more));
    if (sent >= 0) return sent;
    if (errno != EINTR) return -errno;
  }
}

absl::Status ShortFile(const PosixFile& file, uint64_t position, const FileRange& range) {
  return absl::DataLossError(fmt::format("{} ends before {}, though a range up to {} was promised",
                                         file.path(), position + 1, range.position + range.size));
}

}  // namespace

FileSender::FileSender(Loop& loop, const Features& features)
    : loop_(loop), features_(features), cold_reads_(loop, kColdReadsMax) {}

Task<absl::Status> FileSender::Send(int out, Readiness& readiness, const FileRange& range,
                                    bool more) {
  const auto& file = static_cast<const PosixFile&>(*range.file);
  uint64_t sent = 0;
  uint64_t resident_end = 0;
  while (sent < range.size) {
    if (readiness.cancelled()) co_return absl::CancelledError("send: the stream was shut down");
    const size_t size = std::min<uint64_t>(range.size - sent, kTurnBytes);
    const Turn turn{.out = out,
                    .in = file.descriptor(),
                    .position = range.position + sent,
                    .size = size,
                    .more = more || sent + size < range.size};
    Step step = TryResident(turn, range.position + range.size, resident_end);
    if (step.way == Way::kCold) step = co_await SendCold(turn, readiness);
    sent += step.sent;
    if (step.way == Way::kShort) co_return ShortFile(file, range.position + sent, range);
    if (step.way == Way::kFailed) co_return StreamError(step.error, "send");
    if (step.way == Way::kCold) {
      co_return DiskError(step.error, fmt::format("read at {} of {}", turn.position, file.path()));
    }
    if (step.way == Way::kSocketFull) {
      readiness.Clear(Direction::kWrite);
      co_await readiness.Wait(Direction::kWrite);
    } else if (sent < range.size) {
      co_await Yield{loop_};  // others have their turn
    }
  }
  co_return absl::OkStatus();
}

FileSender::Step FileSender::TryResident(const Turn& turn, uint64_t range_end,
                                         uint64_t& resident_end) {
  if (turn.size <= kCopyBytesMax) return TryCopy(turn);
  if (turn.position + turn.size > resident_end) {
    const auto is_resident = [&](uint64_t size) {
      return IsResident(turn.in, turn.position, size, features_.cachestat);
    };
    uint64_t size = std::min(range_end - turn.position, kLookBytes);
    if (!is_resident(size)) {
      if (size == turn.size || !is_resident(turn.size)) return {Way::kCold};
      size = turn.size;
    }
    resident_end = turn.position + size;
  }
  return TrySendfile(turn);
}

ssize_t FileSender::TryAtOnce(int out, Bytes before, const FileRange& range, Bytes after,
                              bool more) {
  if (range.size > kCopyBytesMax) return 0;
  if (hot_.empty()) hot_.resize(kCopyBytesMax);
  const MutableBytes into = MutableBytes(hot_).first(range.size);
  const int in = static_cast<const PosixFile&>(*range.file).descriptor();
  const ResidentRead read = ReadResident(in, range.position, into);
  if (!read.complete || read.size < range.size) return 0;
  const Bytes pieces[] = {before, into, after};
  const ssize_t sent = SendPieces(out, PieceCursor(pieces), more);
  return sent == -EAGAIN ? 0 : sent;
}

FileSender::Step FileSender::TryCopy(const Turn& turn) {
  if (hot_.empty()) hot_.resize(kCopyBytesMax);
  const MutableBytes into = MutableBytes(hot_).first(turn.size);
  const ResidentRead read = ReadResident(turn.in, turn.position, into);
  if (!read.complete) return {Way::kCold};
  if (read.size < turn.size) return {Way::kShort};
  const ssize_t sent = SendNow(turn.out, into, turn.more);
  if (sent == -EAGAIN) return {Way::kSocketFull};
  if (sent < 0) return {Way::kFailed, 0, static_cast<int>(-sent)};
  const auto bytes = static_cast<size_t>(sent);
  return {bytes < turn.size ? Way::kSocketFull : Way::kSent, bytes};
}

FileSender::Step FileSender::TrySendfile(const Turn& turn) {
  auto position = static_cast<off_t>(turn.position);
  const ssize_t sent = ::sendfile(turn.out, turn.in, &position, turn.size);
  if (sent > 0) return {Way::kSent, static_cast<size_t>(sent)};
  if (sent == 0) return {Way::kShort};
  if (errno == EAGAIN) return {Way::kSocketFull};
  if (errno == EINTR) return {Way::kSent};
  // A file system without sendfile, or a page that could not be read: the pool's read will tell.
  if (errno == EINVAL || errno == ENOSYS || errno == EIO) return {Way::kCold};
  return {Way::kFailed, 0, errno};
}

Task<FileSender::Step> FileSender::SendCold(Turn turn, Readiness& readiness) {
  co_await cold_reads_.Take();
  Buffer buffer = TakeBuffer();
  const MutableBytes into = MutableBytes(buffer).first(turn.size);
  auto read = [&] { return ReadBlocking(turn.in, turn.position, into, Behind::kKeep); };
  const ssize_t size = co_await Offload(loop_, read);
  Step step{Way::kShort};
  if (size < 0) {
    step = {Way::kCold, 0, static_cast<int>(-size)};
  } else if (size > 0) {
    step =
        co_await SendBuffer(turn.out, into.first(static_cast<size_t>(size)), turn.more, readiness);
  }
  GiveBuffer(std::move(buffer));
  cold_reads_.Give();
  co_return step;
}

Task<FileSender::Step> FileSender::SendBuffer(int out, Bytes bytes, bool more,
                                              Readiness& readiness) {
  Step step{Way::kSent};
  while (step.sent < bytes.size() && !readiness.cancelled()) {
    const ssize_t sent = SendNow(out, bytes.subspan(step.sent), more);
    if (sent >= 0) {
      step.sent += static_cast<size_t>(sent);
      continue;
    }
    if (sent != -EAGAIN) co_return Step{Way::kFailed, step.sent, static_cast<int>(-sent)};
    readiness.Clear(Direction::kWrite);
    const MonoTime patience = loop_.Now() + kColdPatience;
    if (!co_await readiness.WaitUntil(Direction::kWrite, patience)) {
      co_return Step{Way::kSocketFull, step.sent};
    }
  }
  co_return step;
}

Buffer FileSender::TakeBuffer() {
  if (kept_.empty()) return Buffer(kTurnBytes);
  Buffer buffer = std::move(kept_.back());
  kept_.pop_back();
  return buffer;
}

void FileSender::GiveBuffer(Buffer buffer) {
  if (kept_.size() < kBuffersKept) kept_.push_back(std::move(buffer));
}

}  // namespace varve::io
