#include "server/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"

namespace varve::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET /here HTTP/1.1\r\nHost: x\r\n\r\n";

// Has one page, and a slow one.
class Pages : public Handler {
 public:
  explicit Pages(io::Loop& loop) : go(loop) {}
  io::Task<Response> Get(std::string path) override {
    if (path == "/slow") co_await go.Wait();
    Response response = Plain(404);
    if (path == "/here" || path == "/slow") {
      response.status = 200;
      response.body = "it is here\n";
    }
    co_return response;
  }
  io::Event go;
};

struct HttpServer : testing::Test {
  HttpServer()
      : loop(world.NewLoop()),
        client_loop(world.NewLoop()),
        pages(*loop),
        server(*loop, pages, {.connections_max = 3}) {
    world.Run(*loop, Listen());
  }
  ~HttpServer() override {
    clients.clear();
    pages.go.Set();
    world.Run(*loop, server.Close());
  }

  io::Stream& Connect() {
    world.Run(*client_loop, Open());
    world.RunFor(10ms);
    return *clients.back();
  }
  void Send(io::Stream& client, std::string_view text) {
    world.Run(*client_loop, Write(client, text));
  }
  // What the server sends within a while, and "(end)" if it closes.
  std::string Receive(io::Stream& client, io::Duration within = 1s) {
    world.RunFor(within);
    std::string text;
    Buffer room(4096);
    for (;;) {
      const auto got = client.TryRead(room);
      if (!got.ok()) return text + "(end)";
      if (*got == 0) return text;
      text += AsText(Bytes(room).first(*got));
    }
  }
  std::string Ask(std::string_view request) {
    io::Stream& client = Connect();
    Send(client, request);
    return Receive(client);
  }

  io::Task<void> Listen() {
    const io::Endpoint where{"127.0.0.1", 9404};
    auto listener = co_await loop->net().Listen(where, io::ListenOptions());
    server.Start(*std::move(listener));
  }
  io::Task<void> Open() {
    const io::Endpoint where{"127.0.0.1", 9404};
    auto stream = co_await client_loop->net().Connect(where, io::kNever);
    clients.push_back(*std::move(stream));
  }
  static io::Task<void> Write(io::Stream& client, std::string_view text) {
    const Bytes pieces[] = {AsBytes(text)};
    IgnoreError(co_await client.Write(pieces, false));
  }

  io::SimWorld world;
  std::unique_ptr<io::Loop> loop;
  std::unique_ptr<io::Loop> client_loop;
  Pages pages;
  Server server;
  std::deque<std::unique_ptr<io::Stream>> clients;
};

TEST_F(HttpServer, AnswersAGet) {
  const std::string answer = Ask(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 11\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nit is here\n"));
}

TEST_F(HttpServer, AnswersAHeadWithoutTheBody) {
  const std::string answer = Ask("HEAD /here HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 11\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, Refusals) {
  EXPECT_THAT(Ask("GET /there HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  const std::string post = Ask("POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(post, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_THAT(post, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(Ask("GET /here HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET /here HTTP/2.0\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  const std::string large(9000, 'x');
  EXPECT_THAT(Ask("GET /" + large + " HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServer, WhatIsNoRequestEndsTheConnection) {
  io::Stream& client = Connect();
  Send(client, std::string("\x16\x03\x01", 3));
  EXPECT_THAT(Receive(client, 5s), EndsWith("(end)"));
}

TEST_F(HttpServer, OneRequestAfterTheOtherOnOneConnection) {
  io::Stream& client = Connect();
  Send(client, kGet);
  EXPECT_THAT(Receive(client), EndsWith("it is here\n"));
  // Two at once, the second in two pieces.
  const std::string two = std::string(kGet) + std::string(kGet);
  Send(client, two.substr(0, kGet.size() + 7));
  EXPECT_THAT(Receive(client), EndsWith("it is here\n"));
  Send(client, two.substr(kGet.size() + 7));
  EXPECT_THAT(Receive(client), EndsWith("it is here\n"));
  Send(client, "GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(Receive(client), EndsWith("it is here\n(end)"));
}

TEST_F(HttpServer, AnOldClientGetsOneAnswer) {
  EXPECT_THAT(Ask("GET /here HTTP/1.0\r\n\r\n"), EndsWith("it is here\n(end)"));
}

TEST_F(HttpServer, IdleConnectionsEnd) {
  io::Stream& client = Connect();
  EXPECT_EQ(Receive(client, 170s), "");
  EXPECT_EQ(Receive(client, 20s), "(end)");
  EXPECT_EQ(server.connections(), 0u);
}

// A byte now and then is no request.
TEST_F(HttpServer, SlowRequestsEnd) {
  io::Stream& client = Connect();
  std::string got;
  for (const char c : kGet.substr(0, 20)) {
    Send(client, std::string(1, c));
    got += Receive(client, 1s);
    if (got == "(end)") break;
  }
  EXPECT_EQ(got, "(end)");
}

TEST_F(HttpServer, WhoIsIdleMakesRoom) {
  io::Stream& first = Connect();
  io::Stream& second = Connect();
  Send(first, kGet);
  EXPECT_THAT(Receive(first), EndsWith("it is here\n"));  // so the second was idle for longer
  Connect();
  Send(Connect(), kGet);
  EXPECT_THAT(Receive(*clients.back()), EndsWith("it is here\n"));
  EXPECT_EQ(Receive(second), "(end)");
  EXPECT_EQ(Receive(first), "");
  EXPECT_EQ(server.connections(), 3u);
}

TEST_F(HttpServer, WithoutAnIdleOneThereIsNoRoom) {
  for (int i = 0; i < 3; ++i) Send(Connect(), "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  world.RunFor(1s);
  EXPECT_EQ(Receive(Connect()), "(end)");
  pages.go.Set();
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(Receive(*clients[i]), EndsWith("it is here\n"));
}

TEST_F(HttpServer, ClosesWhileAHandlerIsAtWork) {
  Send(Connect(), "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  Connect();
  world.RunFor(1s);
  EXPECT_EQ(server.connections(), 2u);
}

}  // namespace
}  // namespace varve::http
