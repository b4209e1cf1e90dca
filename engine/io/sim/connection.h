#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "engine/io/net.h"
#include "engine/io/sim/pipe.h"

namespace varve::io {

// A connection of the simulated network: one pipe each way.
struct SimConnection {
  SimConnection(SimNet& net, Endpoint of_client, Endpoint of_server)
      : client(std::move(of_client)),
        server(std::move(of_server)),
        to_server(net, server.port),
        to_client(net, server.port) {}

  void Break() {
    to_server.Break();
    to_client.Break();
  }

  Endpoint client;
  Endpoint server;
  SimPipe to_server;
  SimPipe to_client;
};

// One end of it. Its destructor closes this end, whoever holds it then.
class SimEnd {
 public:
  SimEnd(std::shared_ptr<SimConnection> connection, bool is_client)
      : connection_(std::move(connection)), is_client_(is_client) {}
  SimEnd(SimEnd&&) = default;
  SimEnd& operator=(SimEnd&&) = delete;
  ~SimEnd() {
    if (!empty()) Close();
  }

  // Ends both directions: the peer reads what was sent and then the end.
  void Close() {
    in().CloseReader();
    out().End();
  }

  bool empty() const { return connection_ == nullptr; }  // moved from
  SimConnection& connection() const { return *connection_; }
  SimPipe& in() const { return is_client_ ? connection_->to_client : connection_->to_server; }
  SimPipe& out() const { return is_client_ ? connection_->to_server : connection_->to_client; }
  const Endpoint& local() const { return is_client_ ? connection_->client : connection_->server; }
  const Endpoint& peer() const { return is_client_ ? connection_->server : connection_->client; }

 private:
  std::shared_ptr<SimConnection> connection_;
  bool is_client_;
};

// Accepted, and nobody's yet.
class SimSocket : public Socket {
 public:
  explicit SimSocket(SimEnd&& of) : end(std::move(of)) {}
  const Endpoint& peer() const override { return end.peer(); }

  SimEnd end;
};

}  // namespace varve::io
