#pragma once

#include <list>
#include <memory>
#include <vector>

#include "engine/io/sync.h"
#include "server/net/connection.h"

namespace varve::net {

// The connections of one shard.
//
// Threads   One loop.
class ConnectionSet {
 public:
  explicit ConnectionSet(ConnectionEnvironment& environment)
      : environment_(environment), gate_(environment.loop) {}

  // Serves a connection until it ends, or leaves for another set.
  void Serve(std::unique_ptr<io::Stream> stream, Peer peer) {
    gate_.Spawn(Run(std::move(stream), std::move(peer), Buffer()));
  }

  // Stops reading everywhere, lets what is under way be answered for up to `patience`, and ends
  // what is left.
  io::Task<void> Close(io::Duration patience);

  size_t size() const { return connections_.size(); }
  // How many are here to stay. From any thread.
  size_t settled() const { return environment_.settled.load(std::memory_order_relaxed); }
  // How many came in on each of so many listeners.
  std::vector<size_t> CountByListener(size_t listeners) const;

 private:
  io::Task<void> Run(std::unique_ptr<io::Stream> stream, Peer peer, Buffer unread);
  io::Task<void> Receive(Departure departure, Peer peer);
  struct Patience;

  ConnectionEnvironment& environment_;
  std::list<Connection*> connections_;
  bool closing_ = false;
  io::Gate gate_;
};

}  // namespace varve::net
