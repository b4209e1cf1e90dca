#pragma once

#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/clock.h"
#include "engine/io/disk.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/wire/records_field.h"

namespace varve::net {

// What goes back to a client: bytes, and file ranges to be inserted where `splices` say.
struct Reply {
  Buffer bytes;                       // whole frames
  std::vector<wire::Splice> splices;  // splice.id: which of `ranges`
  std::vector<io::FileRange> ranges;  // as long as their splice says
  bool close = false;                 // and end the connection once this is sent
};

// Who is at the other end.
struct Peer {
  std::string address;  // for the log: host and port
  std::string host;     // numeric
  size_t listener = 0;  // of the broker's listeners, the one that it came in on
};

// One request on its way to an answer.
//
// Lifetime  Outlives the handler's task; `frame` is kept until that task is done.
struct Request {
  explicit Request(io::Loop& loop) : next_may_start(loop) {}

  MutableBytes frame;  // without its size; may be changed in place
  const Peer* peer = nullptr;
  // Since when it could have been handled, but for earlier requests of its connection. Where those
  // only waited because their client asked for that, the wait does not count.
  io::MonoTime received{};
  Reply reply;  // what the handler leaves; empty: no answer
  // How much of its time the handler waited because the client asked for that, or for other
  // clients.
  io::Duration waited{};

  // The handler sets this once the order of its effects is fixed: the connection's next request
  // may then start beside it. Otherwise that one waits until this one is done.
  io::Event next_may_start;
};

class ConnectionSet;

// Where a connection is served best, as far as one request tells.
struct Placement {
  bool known = false;                  // the request tells
  ConnectionSet* elsewhere = nullptr;  // there; null: where it is
};

// What a connection needs of the broker behind it.
class Handler {
 public:
  virtual ~Handler() = default;

  // Asked about requests, before they are handled, until one tells. A connection moves once at
  // most, and the request goes along.
  virtual Placement PlaceOf(MutableBytes /*frame*/) { return {}; }

  // Whether this request may start while earlier ones of its connection are under way.
  virtual bool MayOverlap(Bytes frame) const = 0;

  // Answers one request. Every request is answered; one that cannot be read closes its connection.
  virtual io::Task<void> Handle(Request& request) = 0;

  // A connection is gone; called where it was served last.
  virtual io::Task<void> Ended(const Peer& peer) = 0;
};

}  // namespace varve::net
