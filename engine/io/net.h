#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/bytes.h"
#include "engine/io/clock.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"

namespace varve::io {

// Where to listen or connect: a name or a numeric address (IPv6 without brackets), and a port.
// Host "" or "::" listens on every address of both families, "0.0.0.0" on those of IPv4.
struct Endpoint {
  std::string host;
  uint16_t port = 0;  // 0: any free one, to listen on

  std::string ToString() const;  // "host:port", "[v6]:port"
};

// A connection that no loop owns: accepted or released here, handed to the loop that will serve it.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual const Endpoint& peer() const = 0;  // numeric
};

// A byte stream between two ends.
//
// Lifetime  Destroyed on its loop when no task of it is in flight; that closes it.
// Threads   Its loop. One task reads and one writes at a time; both at once is fine.
// Errors    Unavailable: the peer is gone or the network failed. Cancelled: Shutdown was called.
//           After an error the stream is good for nothing but its destructor.
class Stream {
 public:
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Waits until there is something to read (or the end), without holding a buffer for it: an idle
  // connection costs no buffer.
  virtual Task<absl::Status> Readable() = 0;
  // The same where much is expected: none of it need be received before there is a buffer for all.
  virtual Task<absl::Status> MuchReadable() { return Readable(); }

  // At least one byte into `into`, as many as are there; 0: the peer has ended its side.
  virtual Task<absl::StatusOr<size_t>> Read(MutableBytes into) = 0;
  // Reads without waiting: 0 bytes and OK mean that nothing is there yet; the end is OutOfRange.
  virtual absl::StatusOr<size_t> TryRead(MutableBytes into) = 0;

  // Sends all of `pieces`, in one gathered call where they fit. `more` says that further bytes
  // follow at once, so that the network may wait for them.
  virtual Task<absl::Status> Write(std::span<const Bytes> pieces, bool more) = 0;

  // Sends a file range, without copying where that is cheaper. DataLoss: the file is shorter than
  // the range promised; part of it may have been sent.
  virtual Task<absl::Status> SendFile(const FileRange& range, bool more) = 0;

  // The same with bytes before and behind it: of a small range all in one call, where that works.
  virtual Task<absl::Status> SendAround(Bytes before, const FileRange& range, Bytes after,
                                        bool more);

  // Ends both directions: tasks in flight return Cancelled, in their own time.
  virtual void Shutdown() = 0;

  // Gives the connection up, for another loop to adopt. What was received and not read is appended
  // to `unread`, and comes before what the other loop will read. Null: there is none to give.
  // Requires: no task of it is in flight. The stream is good for nothing then but its destructor.
  virtual std::unique_ptr<Socket> Release(Buffer& unread) = 0;

  virtual const Endpoint& peer() const = 0;
  virtual const Endpoint& local() const = 0;

 protected:
  Stream() = default;
};

class Listener {
 public:
  virtual ~Listener() = default;

  // The next connection. ResourceExhausted: out of descriptors or memory, try again later.
  // Cancelled: Shutdown was called. Other errors concern that one connection only.
  virtual Task<absl::StatusOr<std::unique_ptr<Socket>>> Accept() = 0;
  virtual void Shutdown() = 0;
  virtual const Endpoint& local() const = 0;  // with the port that was chosen
};

struct ListenOptions {
  int backlog = 50;
};

struct StreamOptions {
  int send_buffer_bytes = -1;     // -1: the system's default
  int receive_buffer_bytes = -1;  // likewise
};

// The network of the machine, or of the simulation.
//
// Threads   Its tasks run on the loop that it belongs to; Adopt takes sockets from any loop.
class Net {
 public:
  virtual ~Net() = default;

  // AlreadyExists: the address is in use. PermissionDenied, NotFound (no such host or address).
  virtual Task<absl::StatusOr<std::unique_ptr<Listener>>> Listen(Endpoint endpoint,
                                                                 ListenOptions options) = 0;
  // DeadlineExceeded after `deadline`; Unavailable: refused or unreachable.
  virtual Task<absl::StatusOr<std::unique_ptr<Stream>>> Connect(Endpoint endpoint,
                                                                MonoTime deadline) = 0;
  // Makes a socket a stream of this loop. TCP_NODELAY is set.
  virtual std::unique_ptr<Stream> Adopt(std::unique_ptr<Socket> socket, StreamOptions options) = 0;
};

}  // namespace varve::io
