#include "server/net/connection_set.h"

#include <utility>

namespace varve::net {

// Ends the connections that are still there when it fires.
struct ConnectionSet::Patience : io::Timer {
  explicit Patience(ConnectionSet& owner) : Timer(&Fire), set(owner) {}
  static void Fire(io::Timer& timer) {
    for (Connection* connection : static_cast<Patience&>(timer).set.connections_) {
      connection->Abort();
    }
  }
  ConnectionSet& set;
};

void ConnectionSet::Serve(std::unique_ptr<io::Stream> stream, Peer peer, io::Task<void> ended) {
  gate_.Spawn(Run(std::move(stream), std::move(peer), std::move(ended)));
}

io::Task<void> ConnectionSet::Run(std::unique_ptr<io::Stream> stream, Peer peer,
                                  io::Task<void> ended) {
  {
    Connection connection(environment_, std::move(stream), std::move(peer));
    const auto place = connections_.insert(connections_.end(), &connection);
    if (closing_) connection.Stop();
    co_await connection.Run();
    connections_.erase(place);
  }
  co_await std::move(ended);
}

std::vector<size_t> ConnectionSet::CountByListener(size_t listeners) const {
  std::vector<size_t> counts(listeners);
  for (const Connection* connection : connections_) {
    const size_t listener = connection->peer().listener;
    if (listener < listeners) ++counts[listener];
  }
  return counts;
}

io::Task<void> ConnectionSet::Close(io::Duration patience) {
  closing_ = true;
  for (Connection* connection : connections_) connection->Stop();
  Patience timer(*this);
  environment_.loop.timers().Add(timer, environment_.loop.Now() + patience);
  co_await gate_.Close();
}

}  // namespace varve::net
