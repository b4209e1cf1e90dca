#include "server/http/server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/loop.h"
#include "engine/io/timer_wheel.h"
#include "server/http/request.h"
#include "server/logging.h"

namespace varve::http {
namespace {

constexpr io::Duration kAcceptPause = std::chrono::milliseconds(100);
// A client that is refused while it still sends would not see why if the connection just ended.
constexpr io::Duration kDrainMax = std::chrono::seconds(1);
constexpr size_t kDrainBytesMax = 65536;

using State = Parsed::State;

int StatusOf(State state) {
  switch (state) {
    case State::kTooLarge:
      return 431;
    case State::kOtherVersion:
      return 505;
    default:
      return 400;
  }
}

}  // namespace

class Server::Connection {
 public:
  Connection(Server& server, std::unique_ptr<io::Stream> stream)
      : server_(server), stream_(std::move(stream)), deadline_(*stream_) {}

  io::Task<void> Run();
  void Abort() { stream_->Shutdown(); }
  bool idle() const { return idle_; }

 private:
  struct Deadline : io::Timer {
    explicit Deadline(io::Stream& of) : Timer(&Fire), stream(of) {}
    static void Fire(io::Timer& timer) { static_cast<Deadline&>(timer).stream.Shutdown(); }
    io::Stream& stream;
  };

  io::Task<bool> Fill();
  io::Task<Parsed> NextRequest();
  io::Task<Response> Answer(Request request);
  io::Task<bool> Send(Response response, bool with_body, bool keep_alive);
  io::Task<void> Drain();
  void EndWithin(io::Duration duration) {
    server_.loop_.timers().Add(deadline_, server_.loop_.Now() + duration);
  }

  Server& server_;
  const std::unique_ptr<io::Stream> stream_;
  Deadline deadline_;
  std::string received_;  // and not answered
  bool idle_ = true;
};

// Reads more; false at the end.
io::Task<bool> Server::Connection::Fill() {
  if (!(co_await stream_->Readable()).ok()) co_return false;
  const size_t before = received_.size();
  received_.resize(kHeadBytesMax);
  const MutableBytes room{reinterpret_cast<std::byte*>(received_.data()), received_.size()};
  const auto got = co_await stream_->Read(room.subspan(before));
  received_.resize(before + (got.ok() ? *got : 0));
  co_return got.ok() && *got > 0;
}

// kIncomplete: there is none to come.
io::Task<Parsed> Server::Connection::NextRequest() {
  idle_ = received_.empty();
  EndWithin(idle_ ? server_.limits_.idle_max : server_.limits_.head_max);
  Parsed parsed = ParseRequest(received_);
  while (parsed.state == State::kIncomplete) {
    if (!co_await Fill()) co_return parsed;
    if (std::exchange(idle_, false)) EndWithin(server_.limits_.head_max);
    parsed = ParseRequest(received_);
  }
  co_return parsed;
}

io::Task<Response> Server::Connection::Answer(Request request) {
  if (request.method != "GET" && request.method != "HEAD") co_return Plain(405);
  if (request.has_body || request.path == "*") co_return Plain(400);
  std::string path(request.path);
  co_return co_await server_.handler_.Get(std::move(path));
}

io::Task<bool> Server::Connection::Send(Response response, bool with_body, bool keep_alive) {
  EndWithin(server_.limits_.answer_max);
  const std::string head = HeadOf(response, keep_alive, server_.loop_.clock().WallMillis());
  const Bytes pieces[] = {AsBytes(head), AsBytes(response.body)};
  const size_t count = with_body && !response.body.empty() ? 2 : 1;
  const absl::Status sent = co_await stream_->Write(std::span(pieces, count), false);
  co_return sent.ok();
}

io::Task<void> Server::Connection::Drain() {
  EndWithin(kDrainMax);
  size_t drained = 0;
  Buffer room(kHeadBytesMax);
  while (drained < kDrainBytesMax) {
    const auto got = co_await stream_->Read(room);
    if (!got.ok() || *got == 0) co_return;
    drained += *got;
  }
}

io::Task<void> Server::Connection::Run() {
  for (bool keep_alive = true; keep_alive && !server_.stop_.is_set();) {
    const Parsed parsed = co_await NextRequest();
    if (parsed.state == State::kIncomplete) break;
    const Request& request = parsed.request;
    const bool ok = parsed.state == State::kOk;
    keep_alive = ok && request.keep_alive && !request.has_body;
    deadline_.Cancel();  // the handler's time is its own affair
    Response response;
    if (ok) {
      response = co_await Answer(request);
    } else {
      response = Plain(StatusOf(parsed.state));
    }
    const bool with_body = !ok || request.method != "HEAD";
    if (ok) received_.erase(0, request.head_bytes);  // its views are gone
    const bool sent = co_await Send(std::move(response), with_body, keep_alive);
    if (!sent) break;
    server_.NoteActive(*this);
    if (!ok || request.has_body) co_await Drain();
  }
  deadline_.Cancel();
}

void Server::Start(std::unique_ptr<io::Listener> listener) {
  listener_ = std::move(listener);
  gate_.Spawn(Accept());
}

io::Task<void> Server::Accept() {
  bool told = false;
  while (!stop_.is_set()) {
    auto socket = co_await listener_->Accept();
    if (socket.ok()) {
      told = false;
      if (!stop_.is_set() && MakeRoom()) {
        gate_.Spawn(Serve(loop_.net().Adopt(*std::move(socket), io::StreamOptions())));
      }
      continue;
    }
    if (absl::IsCancelled(socket.status())) co_return;
    if (!std::exchange(told, true)) LogWarning("HTTP accept: {}", socket.status().ToString());
    static_cast<void>(co_await io::SleepUnless(stop_, kAcceptPause));
  }
}

void Server::NoteActive(Connection& connection) {
  const auto at = std::ranges::find(connections_, &connection);
  if (at != connections_.end()) connections_.splice(connections_.end(), connections_, at);
}

// Whether there is room for one more.
bool Server::MakeRoom() {
  if (connections_.size() < limits_.connections_max) return true;
  const auto idle = std::ranges::find_if(connections_, &Connection::idle);
  if (idle == connections_.end()) return false;
  (*idle)->Abort();  // it goes in a moment; until then it is one too many
  connections_.erase(idle);
  return true;
}

io::Task<void> Server::Serve(std::unique_ptr<io::Stream> stream) {
  Connection connection(*this, std::move(stream));
  connections_.push_back(&connection);
  co_await connection.Run();
  std::erase(connections_, &connection);
}

io::Task<void> Server::Close() {
  stop_.Set();
  if (listener_ != nullptr) listener_->Shutdown();
  for (Connection* connection : connections_) connection->Abort();
  co_await gate_.Close();
  listener_.reset();
}

}  // namespace varve::http
