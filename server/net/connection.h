#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "engine/io/net.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/io/timer_wheel.h"
#include "server/net/handler.h"
#include "server/net/memory_budget.h"
#include "server/net/slab.h"

namespace varve::net {

struct ConnectionLimits {
  uint32_t frame_bytes_max = 100 << 20;  // socket.request.max.bytes
  size_t in_flight_max = 64;             // requests that are read before the first is answered
  // Of requests that are worked on: with so many, no other is read. What others send at the same
  // time waits behind them at most.
  size_t in_flight_bytes_max = 256 << 10;
  size_t unsent_bytes_max = 1 << 20;                 // of answers: with more, nothing is read
  io::Duration idle_max = std::chrono::minutes(10);  // zero: no limit
};

// What the connections of one shard share.
//
// Threads   The shard's loop; others may read `settled`.
struct ConnectionEnvironment {
  io::Loop& loop;
  SlabPool& slabs;
  MemoryBudget& budget;
  MemoryBudget& small_budget;  // of frames that fit the smallest slab: large ones hold no others up
  MemoryBudget& ahead_budget;  // of what is received in one go beyond the smallest slab
  Handler& handler;
  ConnectionLimits limits;
  std::atomic<size_t> settled = 0;  // connections that are here and will stay
};

// A connection on its way to another shard.
struct Departure {
  ConnectionSet* to = nullptr;
  std::unique_ptr<io::Socket> socket;
  Buffer unread;  // received, and still to be handled
};

// One client: reads frames, has them handled in order of arrival, and sends the answers in that
// order. A connection on which nothing happens holds no buffer; the buffer of a busy one grows with
// what comes at once, up to in_flight_bytes_max. Before the first request that tells where it is
// served best it may leave, to be one of that shard's.
//
// Bounds    At most in_flight_max requests are under way, and in_flight_bytes_max of them with the
//           one that exceeds it; their frames come out of the budget. A client that reads no
//           answers stops being read from: beyond unsent_bytes_max there is one answer at most.
//           Whoever holds memory that others wait for, and sends his request too slowly, is closed.
// Errors    One line in the log for whoever breaks the protocol, and the end of his connection.
// Lifetime  Destroyed after Run has ended.
// Threads   One loop.
class Connection {
 public:
  // `unread` comes before what the stream has; with any, the connection has come to stay.
  Connection(ConnectionEnvironment& environment, std::unique_ptr<io::Stream> stream, Peer peer,
             Buffer unread);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves until the peer goes, breaks the protocol, idles too long, Stop is called, or it leaves.
  io::Task<void> Run();
  // After Run: where it went. Its socket is empty if the connection has ended.
  Departure TakeDeparture();

  // Reads nothing more; what is under way is still answered.
  void Stop();
  // Ends it now.
  void Abort();

  const Peer& peer() const { return peer_; }

 private:
  struct Exchange {
    explicit Exchange(io::Loop& loop) : request(loop) {}
    Request request;
    SlabRef slab;
    MemoryBudget* budget = nullptr;  // that it holds budget_bytes of
    uint64_t budget_bytes = 0;
    size_t reply_bytes = 0;
    bool done = false;
  };
  struct IdleTimer : io::Timer {
    explicit IdleTimer(Connection& owner) : Timer(&Fire), connection(owner) {}
    static void Fire(io::Timer& timer);
    Connection& connection;
  };

  struct SlowFrame;

  io::Task<void> ReadRequests();
  bool IsFull() const;
  void DropBuffer();
  size_t TakeAhead();
  void RenewBuffer();
  bool MakeRoom(size_t bytes_wanted);
  size_t BufferBytesMax() const;
  io::Task<bool> AwaitBytes();
  io::Task<bool> FillBuffer(size_t bytes_wanted);
  io::Task<bool> NextFrame();
  io::Task<bool> ReadLargeFrame(uint32_t size);
  size_t TakeCarried(MutableBytes into);
  bool Leaves();
  io::Task<void> TakeMemory(Exchange& exchange, MemoryBudget& budget, uint32_t bytes);
  void GiveMemory(Exchange& exchange);
  io::Task<void> StartExchange(std::unique_ptr<Exchange> exchange);
  io::Task<void> HandleExchange(Exchange& exchange);

  io::Task<void> WriteReplies();
  io::Task<absl::Status> SendReady();
  io::Task<absl::Status> SendWithRanges(const Reply& reply);
  io::Task<absl::Status> SendRange(Bytes before, const io::FileRange& range, Bytes after,
                                   bool more);

  void Touch() { last_activity_ = environment_.loop.Now(); }
  void CloseBecause(const std::string& reason);
  void NoteTruncated(size_t received, size_t expected);
  size_t buffered() const { return buffer_end_ - buffer_start_; }

  ConnectionEnvironment& environment_;
  std::unique_ptr<io::Stream> stream_;
  Peer peer_;

  SlabRef buffer_;  // bytes that were read and are not yet part of a request
  size_t buffer_start_ = 0;
  size_t buffer_end_ = 0;
  size_t buffer_bytes_ = SlabPool::kSlabBytesMin;  // how large the next buffer shall be
  size_t ahead_bytes_ = 0;                         // taken from the budget for this one
  std::unique_ptr<Exchange> next_;                 // the frame that NextFrame has read
  size_t frame_bytes_ = 0;                         // received of it, while it is waited for
  bool awaiting_memory_ = false;

  Buffer carried_;  // came along from where it was before
  size_t carried_taken_ = 0;
  const bool has_moved_;
  bool settled_ = false;
  Departure departure_;

  std::deque<std::unique_ptr<Exchange>> exchanges_;  // in order of arrival
  size_t handling_ = 0;
  size_t handling_bytes_ = 0;  // of their frames
  size_t unsent_bytes_ = 0;    // of answers
  bool sending_ = false;
  bool reading_done_ = false;
  bool aborted_ = false;
  bool stopping_ = false;
  io::Event changed_;  // for the writer: something is done, or reading has ended
  io::Event room_;     // for the reader: an exchange has been answered
  io::Gate gate_;
  IdleTimer idle_timer_;
  io::MonoTime last_activity_;
  io::MonoTime parked_until_{};  // the end of the last request that waited for others
};

}  // namespace varve::net
