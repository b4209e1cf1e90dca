#include "server/net/connection_set.h"

#include <utility>

#include "engine/io/call.h"

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

io::Task<void> ConnectionSet::Run(std::unique_ptr<io::Stream> stream, Peer peer, Buffer unread) {
  Departure departure;
  {
    Connection connection(environment_, std::move(stream), peer, std::move(unread));
    const auto place = connections_.insert(connections_.end(), &connection);
    if (closing_) connection.Stop();
    co_await connection.Run();
    connections_.erase(place);
    departure = connection.TakeDeparture();
  }
  if (departure.socket == nullptr) {
    co_await environment_.handler.Ended(peer);
    co_return;
  }
  ConnectionSet& to = *departure.to;
  auto receive = [&] { return to.Receive(std::move(departure), std::move(peer)); };
  co_await io::CallOn(environment_.loop, to.environment_.loop, receive);
}

// One that comes from another set. Whoever closes takes in nobody: its gate may be closed for good.
io::Task<void> ConnectionSet::Receive(Departure departure, Peer peer) {
  if (closing_) {
    co_await environment_.handler.Ended(peer);
    co_return;
  }
  auto stream = environment_.loop.net().Adopt(std::move(departure.socket), io::StreamOptions());
  gate_.Spawn(Run(std::move(stream), std::move(peer), std::move(departure.unread)));
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
