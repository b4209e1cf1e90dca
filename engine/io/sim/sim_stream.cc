#include "engine/io/sim/sim_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/io/sim/delay.h"
#include "engine/io/sim/sim_file.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"

namespace varve::io {

class SimStream::Turn {
 public:
  explicit Turn(bool& busy) : busy_(busy) {
    VARVE_CHECK(!busy_, "two tasks use one direction of a stream at once");
    busy_ = true;
  }
  ~Turn() { busy_ = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool& busy_;
};

SimStream::SimStream(SimWorld& world, Loop& loop, SimEnd end)
    : world_(world), loop_(loop), end_(std::move(end)), readable_(loop), writable_(loop) {
  end_.in().reader_event = &readable_;
  end_.out().writer_event = &writable_;
}

SimStream::~SimStream() {
  VARVE_CHECK(!reading_ && !writing_, "the stream goes while a task uses it");
  if (!end_.empty()) Unhook();
}

void SimStream::Unhook() {
  end_.in().reader_event = nullptr;
  end_.out().writer_event = nullptr;
}

absl::Status SimStream::Broken() const {
  if (shut_down_) return absl::CancelledError("the stream was shut down");
  if (end_.in().broken()) {
    return absl::UnavailableError(fmt::format("the connection to {} is cut", peer().ToString()));
  }
  return absl::OkStatus();
}

bool SimStream::CanRead() const {
  return shut_down_ || end_.in().HasArrived() || end_.in().AtEnd() || end_.in().broken();
}

Task<void> SimStream::AwaitInput() {
  while (!CanRead()) {
    readable_.Reset();
    co_await readable_.Wait();
  }
}

Task<absl::Status> SimStream::Readable() {
  const Turn turn(reading_);
  co_await AwaitInput();
  co_return shut_down_ ? Broken() : absl::OkStatus();
}

absl::StatusOr<size_t> SimStream::TryRead(MutableBytes into) {
  RETURN_IF_ERROR(Broken());
  if (into.empty()) return size_t{0};
  if (end_.in().AtEnd()) return absl::OutOfRangeError("the peer has ended its side");
  return end_.in().Receive(into);
}

Task<absl::StatusOr<size_t>> SimStream::Read(MutableBytes into) {
  const Turn turn(reading_);
  co_await AwaitInput();
  absl::StatusOr<size_t> read = TryRead(into);
  if (absl::IsOutOfRange(read.status())) co_return size_t{0};
  co_return read;
}

Task<absl::Status> SimStream::AwaitRoom() {
  for (;;) {
    CO_RETURN_IF_ERROR(Broken());
    if (end_.out().ended()) co_return absl::UnavailableError("this side has ended");
    if (end_.out().reader_gone()) {
      co_return absl::UnavailableError(fmt::format("the peer {} is gone", peer().ToString()));
    }
    if (end_.out().Room() > 0) co_return absl::OkStatus();
    writable_.Reset();
    co_await writable_.Wait();
  }
}

Task<absl::Status> SimStream::WritePiece(Bytes bytes) {
  while (!bytes.empty()) {
    CO_RETURN_IF_ERROR(co_await AwaitRoom());
    const size_t size = std::min(bytes.size(), end_.out().Room());
    end_.out().Send(bytes.first(size));
    bytes = bytes.subspan(size);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> SimStream::Write(std::span<const Bytes> pieces, bool /*more*/) {
  const Turn turn(writing_);
  for (const Bytes piece : pieces) CO_RETURN_IF_ERROR(co_await WritePiece(piece));
  co_return absl::OkStatus();
}

Task<absl::Status> SimStream::SendFile(const FileRange& range, bool /*more*/) {
  constexpr uint64_t kTurnBytes = 256 << 10;
  const Turn turn(writing_);
  const auto& file = static_cast<const SimFile&>(*range.file);
  Buffer buffer;
  for (uint64_t sent = 0; sent < range.size; sent += buffer.size()) {
    CO_RETURN_IF_ERROR(co_await AwaitRoom());
    if (world_.net().random().OneIn(4)) {  // not in the page cache
      SimDelay cold(world_.events(), loop_,
                    Draw(world_.net().random(), world_.options().read_latency));
      co_await cold;
      CO_RETURN_IF_ERROR(co_await AwaitRoom());
    }
    const uint64_t wanted = std::min({range.size - sent, end_.out().Room(), kTurnBytes});
    buffer.resize(wanted);
    CO_ASSIGN_OR_RETURN(const size_t size, file.Peek(range.position + sent, buffer));
    end_.out().Send(Bytes(buffer).first(size));
    if (size < wanted) {
      co_return absl::DataLossError(
          fmt::format("the file ends at {}, a range up to {} was promised",
                      range.position + sent + size, range.position + range.size));
    }
  }
  co_return absl::OkStatus();
}

void SimStream::Shutdown() {
  shut_down_ = true;
  end_.Close();
  readable_.Set();
  writable_.Set();
}

std::unique_ptr<Socket> SimStream::Release(Buffer& /*unread*/) {
  VARVE_CHECK(!reading_ && !writing_, "the stream to {} is released while a task uses it",
              peer().ToString());
  Unhook();
  return std::make_unique<SimSocket>(std::move(end_));
}

}  // namespace varve::io
