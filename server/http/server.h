#pragma once

#include <list>
#include <memory>
#include <string>

#include "engine/io/net.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "server/http/response.h"

namespace varve::http {

// What there is to be had under each path.
class Handler {
 public:
  virtual ~Handler() = default;
  // Answers a GET; a HEAD is answered with the same without the body. `path` is the client's.
  virtual io::Task<Response> Get(std::string path) = 0;
};

struct Limits {
  size_t connections_max = 32;
  io::Duration idle_max = std::chrono::minutes(3);     // between two requests
  io::Duration head_max = std::chrono::seconds(10);    // from a request's first byte to its last
  io::Duration answer_max = std::chrono::seconds(60);  // to take an answer
};

// A small HTTP/1.1 server for GET and HEAD, on one loop. Connections stay open; requests that a
// client sends ahead are answered one after the other.
//
// Bounds    A request's head: kHeadBytesMax; bodies are refused. With connections_max there, the
//           one that has been idle for longest makes room for a new one; if none is idle, the new
//           one is closed.
// Lifetime  Close has ended before its destructor. The handler outlives it.
// Threads   One loop.
class Server {
 public:
  Server(io::Loop& loop, Handler& handler, Limits limits = {})
      : loop_(loop), handler_(handler), limits_(limits), stop_(loop), gate_(loop) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Start(std::unique_ptr<io::Listener> listener);
  // Answers nothing more; waits for handlers that are at work.
  io::Task<void> Close();

  size_t connections() const { return connections_.size(); }

 private:
  class Connection;

  io::Task<void> Accept();
  io::Task<void> Serve(std::unique_ptr<io::Stream> stream);
  void NoteActive(Connection& connection);
  bool MakeRoom();

  io::Loop& loop_;
  Handler& handler_;
  const Limits limits_;
  std::unique_ptr<io::Listener> listener_;
  std::list<Connection*> connections_;  // who was active last comes last
  io::Event stop_;
  io::Gate gate_;
};

}  // namespace varve::http
