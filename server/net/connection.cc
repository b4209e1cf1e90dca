#include "server/net/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "server/logging.h"
#include "server/wire/header.h"

namespace varve::net {
namespace {

// Ranges are sent in pieces of this size, so that a slow reader is seen to make progress.
constexpr uint64_t kRangePieceBytes = 1 << 20;
// Answers that are ready together leave in one call.
constexpr size_t kGatheredRepliesMax = 64;

}  // namespace

Connection::Connection(const ConnectionEnvironment& environment, std::unique_ptr<io::Stream> stream,
                       Peer peer)
    : environment_(environment),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      changed_(environment.loop),
      room_(environment.loop),
      gate_(environment.loop),
      idle_timer_(*this),
      last_activity_(environment.loop.Now()) {}

void Connection::IdleTimer::Fire(io::Timer& timer) {
  Connection& connection = static_cast<IdleTimer&>(timer).connection;
  const io::MonoTime deadline = connection.last_activity_ + connection.environment_.limits.idle_max;
  // A request that is being worked on is not idleness; an answer that nobody takes is.
  const io::MonoTime now = connection.environment_.loop.Now();
  if (now >= deadline && connection.handling_ == 0) {
    connection.CloseBecause("idle for connections.max.idle.ms");
    return;
  }
  connection.environment_.loop.timers().Add(timer,
                                            std::max(deadline, now + std::chrono::seconds(1)));
}

void Connection::CloseBecause(const std::string& reason) {
  if (std::exchange(aborted_, true)) return;
  LogInfo("closing connection of {}: {}", peer_.address, reason);
  stream_->Shutdown();
}

void Connection::Abort() {
  if (!std::exchange(aborted_, true)) stream_->Shutdown();
}

void Connection::Stop() {
  stopping_ = true;
  // Nothing under way: nothing to wait for. Otherwise the writer ends it after the last answer.
  if (exchanges_.empty()) Abort();
}

io::Task<void> Connection::Run() {
  if (environment_.limits.idle_max > io::Duration::zero()) {
    environment_.loop.timers().Add(idle_timer_, last_activity_ + environment_.limits.idle_max);
  }
  gate_.Spawn(WriteReplies());
  co_await ReadRequests();
  reading_done_ = true;
  changed_.Set();
  co_await gate_.Close();
  idle_timer_.Cancel();
}

// Makes at least `bytes_wanted` bytes available in the buffer; false at the end of the stream.
io::Task<bool> Connection::FillBuffer(size_t bytes_wanted) {
  while (buffered() < bytes_wanted) {
    if (buffered() == 0) {
      buffer_.Reset();
      buffer_start_ = buffer_end_ = 0;
      if (!(co_await stream_->Readable()).ok()) co_return false;
    }
    // Requests may still look at what lies before: they keep that slab, we go on in another one.
    if (!buffer_ || buffer_end_ == buffer_.bytes().size() ||
        buffer_start_ + bytes_wanted > buffer_.bytes().size()) {
      SlabRef fresh = environment_.slabs.Take(SlabPool::kSlabBytesMin);
      if (buffered() > 0) {
        std::memcpy(fresh.bytes().data(), buffer_.bytes().data() + buffer_start_, buffered());
      }
      buffer_end_ = buffered();
      buffer_start_ = 0;
      buffer_ = std::move(fresh);
    }
    const auto got = co_await stream_->Read(buffer_.bytes().subspan(buffer_end_));
    if (!got.ok() || *got == 0) co_return false;
    buffer_end_ += *got;
    Touch();
  }
  co_return true;
}

// Reads the next frame into next_; false if there is none to come.
io::Task<bool> Connection::NextFrame() {
  if (!co_await FillBuffer(wire::kFrameSizeBytes)) co_return false;
  const auto size = LoadBigEndian<int32_t>(buffer_.bytes().data() + buffer_start_);
  if (size < 0 || static_cast<uint32_t>(size) > environment_.limits.frame_bytes_max) {
    CloseBecause(fmt::format("a request of {} bytes; socket.request.max.bytes is {}", size,
                             environment_.limits.frame_bytes_max));
    co_return false;
  }
  const auto frame_size = static_cast<uint32_t>(size);
  next_ = std::make_unique<Exchange>(environment_.loop);
  next_->budget_bytes = frame_size;
  co_await environment_.budget.Take(frame_size);
  if (wire::kFrameSizeBytes + frame_size > SlabPool::kSlabBytesMin) {
    co_return co_await ReadLargeFrame(frame_size);
  }
  if (!co_await FillBuffer(wire::kFrameSizeBytes + frame_size)) co_return false;
  next_->slab = buffer_;
  next_->request.frame = buffer_.bytes().subspan(buffer_start_ + wire::kFrameSizeBytes, frame_size);
  buffer_start_ += wire::kFrameSizeBytes + frame_size;
  co_return true;
}

// A frame that does not fit the buffer is received into memory of its own, in place.
io::Task<bool> Connection::ReadLargeFrame(uint32_t size) {
  next_->slab = environment_.slabs.Take(size);
  const MutableBytes frame = next_->slab.bytes().first(size);
  buffer_start_ += wire::kFrameSizeBytes;
  size_t filled = std::min<size_t>(buffered(), size);
  std::memcpy(frame.data(), buffer_.bytes().data() + buffer_start_, filled);
  buffer_start_ += filled;
  if (buffered() == 0) buffer_.Reset();
  while (filled < size) {
    const auto got = co_await stream_->Read(frame.subspan(filled));
    if (!got.ok() || *got == 0) co_return false;
    filled += *got;
    Touch();
  }
  next_->request.frame = frame;
  co_return true;
}

io::Task<void> Connection::ReadRequests() {
  for (;;) {
    while (exchanges_.size() >= environment_.limits.in_flight_max && !aborted_) {
      room_.Reset();
      co_await room_.Wait();
    }
    if (stopping_ || aborted_) break;
    const bool read = co_await NextFrame();
    if (!read || stopping_ || aborted_) break;
    co_await StartExchange(std::move(next_));
  }
  if (next_ != nullptr) environment_.budget.Give(next_->budget_bytes);
  next_.reset();
  buffer_.Reset();
  buffer_start_ = buffer_end_ = 0;
}

io::Task<void> Connection::StartExchange(std::unique_ptr<Exchange> owned) {
  Exchange& exchange = *owned;
  exchange.request.peer = &peer_;
  if (!environment_.handler.MayOverlap(exchange.request.frame)) {
    while (handling_ > 0) {
      room_.Reset();
      co_await room_.Wait();
    }
  }
  exchanges_.push_back(std::move(owned));
  ++handling_;
  gate_.Spawn(HandleExchange(exchange));
  co_await exchange.request.next_may_start.Wait();
}

io::Task<void> Connection::HandleExchange(Exchange& exchange) {
  co_await environment_.handler.Handle(exchange.request);
  exchange.slab.Reset();
  environment_.budget.Give(exchange.budget_bytes);
  exchange.done = true;
  --handling_;
  exchange.request.next_may_start.Set();
  changed_.Set();
  room_.Set();
}

io::Task<void> Connection::WriteReplies() {
  for (;;) {
    if (exchanges_.empty() || !exchanges_.front()->done) {
      if (reading_done_ && exchanges_.empty()) co_return;
      changed_.Reset();
      co_await changed_.Wait();
      continue;
    }
    const absl::Status sent = co_await SendReady();
    if (!sent.ok()) {
      if (absl::IsDataLoss(sent)) LogError("to {}: {}", peer_.address, sent.ToString());
      Abort();
    }
    if (stopping_ && exchanges_.empty()) Abort();
    room_.Set();
  }
}

// Sends the answers that are ready at the front, and forgets them.
io::Task<absl::Status> Connection::SendReady() {
  std::vector<std::unique_ptr<Exchange>> sending;
  std::vector<Bytes> pieces;
  bool close = false;
  while (!exchanges_.empty() && exchanges_.front()->done && !close &&
         sending.size() < kGatheredRepliesMax) {
    const Reply& reply = exchanges_.front()->request.reply;
    if (!reply.ranges.empty() && !sending.empty()) break;
    close = reply.close;
    sending.push_back(std::move(exchanges_.front()));
    exchanges_.pop_front();
    if (!reply.ranges.empty()) break;
    if (!reply.bytes.empty()) pieces.push_back(reply.bytes);
  }
  absl::Status status;
  if (aborted_) {
    status = absl::CancelledError("the connection is closing");
  } else if (!sending.front()->request.reply.ranges.empty()) {
    status = co_await SendWithRanges(sending.front()->request.reply);
  } else if (!pieces.empty()) {
    status = co_await stream_->Write(pieces, false);
  }
  Touch();
  if (close) Abort();
  co_return status;
}

io::Task<absl::Status> Connection::SendWithRanges(const Reply& reply) {
  size_t sent = 0;
  const Bytes bytes = reply.bytes;
  for (const wire::Splice& splice : reply.splices) {
    const Bytes piece[] = {bytes.subspan(sent, splice.position - sent)};
    if (!piece[0].empty()) CO_RETURN_IF_ERROR(co_await stream_->Write(piece, true));
    sent = splice.position;
    const bool more = sent < bytes.size();
    CO_RETURN_IF_ERROR(co_await SendRange(reply.ranges[splice.id], more));
  }
  const Bytes rest[] = {bytes.subspan(sent)};
  if (rest[0].empty()) co_return absl::OkStatus();
  co_return co_await stream_->Write(rest, false);
}

io::Task<absl::Status> Connection::SendRange(const io::FileRange& range, bool more) {
  for (uint64_t done = 0; done < range.size;) {
    const uint64_t size = std::min(range.size - done, kRangePieceBytes);
    const bool last = done + size == range.size;
    const io::FileRange piece{range.file, range.position + done, size};
    CO_RETURN_IF_ERROR(co_await stream_->SendFile(piece, more || !last));
    done += size;
    Touch();
  }
  co_return absl::OkStatus();
}

}  // namespace varve::net
