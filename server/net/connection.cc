#include "server/net/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/check.h"
#include "engine/base/status.h"
#include "server/logging.h"
#include "server/wire/header.h"

namespace varve::net {
namespace {

// A large frame holds memory from its first byte on. While others wait for memory, it has to come
// at least this fast once it had its first seconds.
constexpr io::Duration kSlowFrameGrace = std::chrono::seconds(10);
constexpr uint64_t kFrameBytesPerSecondMin = 256 << 10;

// No socket holds much more than this, and larger buffers leave the processor's caches.
constexpr size_t kReceivedAtOnceMax = 1 << 20;

// What an answer holds until it is sent: bytes, and open files.
size_t BytesOf(const Reply& reply) {
  constexpr size_t kBytesPerRange = 4096;
  return reply.bytes.size() + reply.ranges.size() * kBytesPerRange;
}

}  // namespace

// Looks every second whether a frame comes fast enough.
struct Connection::SlowFrame : io::Timer {
  SlowFrame(Connection& owner, uint32_t frame_size)
      : Timer(&Fire), connection(owner), size(frame_size), start(Now()) {
    Again();
  }
  io::MonoTime Now() const { return connection.environment_.loop.Now(); }
  void Again() {
    connection.environment_.loop.timers().Add(*this, Now() + std::chrono::seconds(1));
  }
  static void Fire(io::Timer& timer) {
    auto& self = static_cast<SlowFrame&>(timer);
    const io::Duration late = self.Now() - self.start - kSlowFrameGrace;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(late).count();
    const bool slow = seconds > 0 && static_cast<uint64_t>(seconds) * kFrameBytesPerSecondMin >
                                         self.connection.frame_bytes_;
    if (slow && self.connection.environment_.budget.contended()) {
      self.connection.CloseBecause(
          fmt::format("{} of the {} bytes of a request in {} s, while others wait for its memory",
                      self.connection.frame_bytes_, self.size, seconds));
      return;
    }
    self.Again();
  }
  Connection& connection;
  const uint32_t size;
  const io::MonoTime start;
};

Connection::Connection(ConnectionEnvironment& environment, std::unique_ptr<io::Stream> stream,
                       Peer peer, Buffer unread)
    : environment_(environment),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      carried_(std::move(unread)),
      has_moved_(!carried_.empty()),
      changed_(environment.loop),
      room_(environment.loop),
      gate_(environment.loop),
      idle_timer_(*this),
      last_activity_(environment.loop.Now()) {}

Connection::~Connection() {
  if (settled_) --environment_.settled;
}

void Connection::IdleTimer::Fire(io::Timer& timer) {
  Connection& connection = static_cast<IdleTimer&>(timer).connection;
  const io::MonoTime deadline = connection.last_activity_ + connection.environment_.limits.idle_max;
  // A request that is being worked on is not idleness, nor is one that waits for memory; an answer
  // that nobody takes is.
  const io::MonoTime now = connection.environment_.loop.Now();
  if (now >= deadline && connection.handling_ == 0 && !connection.awaiting_memory_) {
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
  if (exchanges_.empty() && !sending_) Abort();
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

void Connection::NoteTruncated(size_t received, size_t expected) {
  if (aborted_ || stopping_) return;
  LogInfo("closing connection of {}: it ended after {} of the {} bytes of a request", peer_.address,
          received, expected);
}

size_t Connection::BufferBytesMax() const {
  return std::clamp(std::bit_floor(environment_.limits.in_flight_bytes_max),
                    SlabPool::kSlabBytesMin, kReceivedAtOnceMax);
}

void Connection::DropBuffer() {
  // One that was hardly used was too large.
  if (buffer_ && buffer_end_ < buffer_.bytes().size() / 4) {
    buffer_bytes_ = std::max(buffer_bytes_ / 2, SlabPool::kSlabBytesMin);
  }
  buffer_.Reset();
  buffer_start_ = buffer_end_ = 0;
  environment_.ahead_budget.Give(std::exchange(ahead_bytes_, 0));
}

// How large the next buffer may be: as it shall be, or else no larger than the one before. That one
// may be almost full of what has to be taken along, and its share is there again.
size_t Connection::TakeAhead() {
  const size_t before = std::exchange(ahead_bytes_, 0);
  environment_.ahead_budget.Give(before);
  for (const size_t bytes : {buffer_bytes_, before}) {
    if (bytes <= SlabPool::kSlabBytesMin || !environment_.ahead_budget.TryTake(bytes)) continue;
    return ahead_bytes_ = bytes;
  }
  return SlabPool::kSlabBytesMin;
}

// Goes on in another slab with what is buffered. Requests may still look at what lies before it:
// they keep the slab that they are in.
void Connection::RenewBuffer() {
  buffer_bytes_ = TakeAhead();
  SlabRef fresh = environment_.slabs.Take(buffer_bytes_);
  VARVE_CHECK(buffered() <= fresh.bytes().size(), "{} bytes for a buffer of {}", buffered(),
              fresh.bytes().size());
  if (buffered() > 0) {
    std::memcpy(fresh.bytes().data(), buffer_.bytes().data() + buffer_start_, buffered());
  }
  buffer_end_ = buffered();
  buffer_start_ = 0;
  buffer_ = std::move(fresh);
}

// Whether so many bytes from the buffer's start on fit into it, or into the next one.
bool Connection::MakeRoom(size_t bytes_wanted) {
  if (buffer_start_ + bytes_wanted <= buffer_.bytes().size()) return true;
  if (bytes_wanted > buffer_bytes_) return false;
  RenewBuffer();
  return bytes_wanted <= buffer_.bytes().size();
}

io::Task<bool> Connection::AwaitBytes() {
  const bool much = buffer_bytes_ > SlabPool::kSlabBytesMin;
  auto readable = much ? stream_->MuchReadable() : stream_->Readable();
  co_return (co_await std::move(readable)).ok();
}

// Makes at least `bytes_wanted` bytes available in the buffer, which has room for them or is to be
// renewed; false at the end of the stream.
io::Task<bool> Connection::FillBuffer(size_t bytes_wanted) {
  while (buffered() < bytes_wanted) {
    if (buffered() == 0) {
      DropBuffer();
      if (carried_.empty() && !co_await AwaitBytes()) co_return false;
    }
    if (!buffer_ || buffer_start_ + bytes_wanted > buffer_.bytes().size()) RenewBuffer();
    const MutableBytes room = buffer_.bytes().subspan(buffer_end_);
    if (!carried_.empty()) {
      buffer_end_ += TakeCarried(room);
      continue;
    }
    const auto got = co_await stream_->Read(room);
    if (!got.ok() || *got == 0) co_return false;
    buffer_end_ += *got;
    frame_bytes_ = buffered();
    if (*got == room.size()) buffer_bytes_ = std::min(2 * buffer_bytes_, BufferBytesMax());
    Touch();
  }
  co_return true;
}

// Reads the next frame into next_; false if there is none to come.
io::Task<bool> Connection::NextFrame() {
  if (!co_await FillBuffer(wire::kFrameSizeBytes)) {
    if (buffered() > 0) NoteTruncated(buffered(), wire::kFrameSizeBytes);
    co_return false;
  }
  const auto size = LoadBigEndian<int32_t>(buffer_.bytes().data() + buffer_start_);
  if (size < 0 || static_cast<uint32_t>(size) > environment_.limits.frame_bytes_max) {
    CloseBecause(fmt::format("a request of {} bytes; socket.request.max.bytes is {}", size,
                             environment_.limits.frame_bytes_max));
    co_return false;
  }
  const auto frame_size = static_cast<uint32_t>(size);
  next_ = std::make_unique<Exchange>(environment_.loop);
  const bool small = wire::kFrameSizeBytes + frame_size <= SlabPool::kSlabBytesMin;
  co_await TakeMemory(*next_, small ? environment_.small_budget : environment_.budget, frame_size);
  if (aborted_ || stopping_) co_return false;
  if (!MakeRoom(wire::kFrameSizeBytes + frame_size)) co_return co_await ReadLargeFrame(frame_size);
  std::optional<SlowFrame> slow;
  if (!small && buffered() < wire::kFrameSizeBytes + frame_size) slow.emplace(*this, frame_size);
  if (!co_await FillBuffer(wire::kFrameSizeBytes + frame_size)) {
    NoteTruncated(buffered(), wire::kFrameSizeBytes + frame_size);
    co_return false;
  }
  next_->slab = buffer_;
  next_->request.frame = buffer_.bytes().subspan(buffer_start_ + wire::kFrameSizeBytes, frame_size);
  buffer_start_ += wire::kFrameSizeBytes + frame_size;
  co_return true;
}

io::Task<void> Connection::TakeMemory(Exchange& exchange, MemoryBudget& budget, uint32_t bytes) {
  awaiting_memory_ = true;
  co_await budget.Take(bytes);
  awaiting_memory_ = false;
  Touch();
  exchange.budget = &budget;
  exchange.budget_bytes = bytes;
}

void Connection::GiveMemory(Exchange& exchange) {
  exchange.slab.Reset();
  if (exchange.budget != nullptr) exchange.budget->Give(exchange.budget_bytes);
  exchange.budget = nullptr;
}

// A frame that does not fit the buffer is received into memory of its own, in place. Those that
// follow are to fit, if several of them would.
io::Task<bool> Connection::ReadLargeFrame(uint32_t size) {
  next_->slab = environment_.slabs.Take(size);
  const MutableBytes frame = next_->slab.bytes().first(size);
  buffer_start_ += wire::kFrameSizeBytes;
  frame_bytes_ = std::min<size_t>(buffered(), size);
  std::memcpy(frame.data(), buffer_.bytes().data() + buffer_start_, frame_bytes_);
  buffer_start_ += frame_bytes_;
  if (buffered() == 0) DropBuffer();
  if (2 * (wire::kFrameSizeBytes + size_t{size}) <= BufferBytesMax()) {
    buffer_bytes_ = BufferBytesMax();
  }
  frame_bytes_ += TakeCarried(frame.subspan(frame_bytes_));
  SlowFrame slow(*this, size);
  while (frame_bytes_ < size) {
    const auto got = co_await stream_->Read(frame.subspan(frame_bytes_));
    if (!got.ok() || *got == 0) {
      NoteTruncated(frame_bytes_, size);
      co_return false;
    }
    frame_bytes_ += *got;
    Touch();
  }
  next_->request.frame = frame;
  co_return true;
}

bool Connection::IsFull() const {
  return exchanges_.size() >= environment_.limits.in_flight_max ||
         handling_bytes_ >= environment_.limits.in_flight_bytes_max ||
         unsent_bytes_ > environment_.limits.unsent_bytes_max;
}

io::Task<void> Connection::ReadRequests() {
  for (;;) {
    while (IsFull() && !aborted_) {
      room_.Reset();
      co_await room_.Wait();
    }
    if (stopping_ || aborted_) break;
    const bool read = co_await NextFrame();
    if (!read || stopping_ || aborted_ || Leaves()) break;
    co_await StartExchange(std::move(next_));
  }
  if (next_ != nullptr) GiveMemory(*next_);
  next_.reset();
  DropBuffer();
}

io::Task<void> Connection::StartExchange(std::unique_ptr<Exchange> owned) {
  Exchange& exchange = *owned;
  exchange.request.peer = &peer_;
  const io::MonoTime arrived = last_activity_;
  if (!environment_.handler.MayOverlap(exchange.request.frame)) {
    while (handling_ > 0) {
      room_.Reset();
      co_await room_.Wait();
    }
  }
  if (aborted_ || stopping_) co_return GiveMemory(exchange);
  exchange.request.received = std::max(arrived, parked_until_);
  exchanges_.push_back(std::move(owned));
  ++handling_;
  handling_bytes_ += exchange.request.frame.size();
  gate_.Spawn(HandleExchange(exchange));
  co_await exchange.request.next_may_start.Wait();
}

io::Task<void> Connection::HandleExchange(Exchange& exchange) {
  const size_t bytes = exchange.request.frame.size();
  co_await environment_.handler.Handle(exchange.request);
  handling_bytes_ -= bytes;
  GiveMemory(exchange);
  if (exchange.request.waited > io::Duration::zero()) parked_until_ = environment_.loop.Now();
  exchange.reply_bytes = BytesOf(exchange.request.reply);
  unsent_bytes_ += exchange.reply_bytes;
  if (exchange.request.reply.close) stopping_ = true;  // what follows is not looked at
  exchange.done = true;
  --handling_;
  exchange.request.next_may_start.Set();
  changed_.Set();
  room_.Set();
}

}  // namespace varve::net
