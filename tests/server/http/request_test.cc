#include "server/http/request.h"

#include <gtest/gtest.h>

#include <string>

namespace varve::http {
namespace {

using State = Parsed::State;

constexpr std::string_view kPlain = "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n";

State StateOf(std::string_view bytes) { return ParseRequest(bytes).state; }

State WithField(std::string_view field) {
  return StateOf("GET / HTTP/1.1\r\nHost: here\r\n" + std::string(field) + "\r\n\r\n");
}

std::string PathOf(std::string_view target) {
  const std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: here\r\n\r\n";
  const Parsed parsed = ParseRequest(text);
  return parsed.state == State::kOk ? std::string(parsed.request.path) : "(none)";
}

TEST(ParseRequest, AWholeOne) {
  const std::string two = std::string(kPlain) + "GET /next";
  const Parsed parsed = ParseRequest(two);
  ASSERT_EQ(parsed.state, State::kOk);
  EXPECT_EQ(parsed.request.method, "GET");
  EXPECT_EQ(parsed.request.path, "/metrics");
  EXPECT_EQ(parsed.request.head_bytes, kPlain.size());
  EXPECT_TRUE(parsed.request.keep_alive);
  EXPECT_FALSE(parsed.request.has_body);
}

TEST(ParseRequest, EveryPartOfOneWantsMore) {
  for (size_t size = 0; size < kPlain.size(); ++size) {
    EXPECT_EQ(StateOf(kPlain.substr(0, size)), State::kIncomplete) << size;
  }
}

TEST(ParseRequest, EmptyLinesBeforeItAreSkipped) {
  const std::string text = "\r\n\r\n" + std::string(kPlain);
  const Parsed parsed = ParseRequest(text);
  ASSERT_EQ(parsed.state, State::kOk);
  EXPECT_EQ(parsed.request.head_bytes, text.size());
  EXPECT_EQ(StateOf("\r"), State::kIncomplete);
}

TEST(ParseRequest, Paths) {
  EXPECT_EQ(PathOf("/"), "/");
  EXPECT_EQ(PathOf("/livez?verbose=1"), "/livez");
  EXPECT_EQ(PathOf("http://here:9404/metrics?x"), "/metrics");
  EXPECT_EQ(PathOf("HTTP://here"), "/");
  EXPECT_EQ(PathOf("http://here?x"), "/");
  EXPECT_EQ(PathOf("*"), "*");
  EXPECT_EQ(PathOf("metrics"), "(none)");
  EXPECT_EQ(PathOf("ftp://here/metrics"), "(none)");
  EXPECT_EQ(PathOf("/\x01"), "(none)");
  EXPECT_EQ(PathOf("/two words"), "(none)");
}

TEST(ParseRequest, WhetherTheConnectionStays) {
  const auto keeps = [](std::string_view version, std::string_view field) {
    const std::string text =
        "GET / HTTP/" + std::string(version) + "\r\nHost: here\r\n" + std::string(field) + "\r\n";
    const Parsed parsed = ParseRequest(text);
    EXPECT_EQ(parsed.state, State::kOk);
    return parsed.request.keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: upgrade, CLOSE\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "connection: Keep-Alive\r\n"));
}

TEST(ParseRequest, Bodies) {
  const auto has_body = [](std::string_view field) {
    const std::string text = "POST / HTTP/1.1\r\nHost: here\r\n" + std::string(field) + "\r\n\r\n";
    return ParseRequest(text).request.has_body;
  };
  EXPECT_TRUE(has_body("Content-Length: 5"));
  EXPECT_TRUE(has_body("Transfer-Encoding: chunked"));
  EXPECT_FALSE(has_body("Content-Length: 0"));
}

TEST(ParseRequest, WhatIsNotHttp) {
  EXPECT_EQ(StateOf("\x16\x03\x01"), State::kBad);  // TLS
  EXPECT_EQ(StateOf(std::string(4, '\0')), State::kBad);
  EXPECT_EQ(StateOf(" GET"), State::kBad);
  EXPECT_EQ(StateOf("GET /\r\n\r\n"), State::kBad);
  EXPECT_EQ(StateOf("GET / http/1.1\r\nHost: here\r\n\r\n"), State::kBad);
  EXPECT_EQ(StateOf("GET / HTTP/1.1 \r\nHost: here\r\n\r\n"), State::kBad);
  EXPECT_EQ(StateOf("GET  / HTTP/1.1\r\nHost: here\r\n\r\n"), State::kBad);
  EXPECT_EQ(StateOf("GET / HTTP/2.0\r\nHost: here\r\n\r\n"), State::kOtherVersion);
  EXPECT_EQ(StateOf("GET / HTTP/1.2\r\nHost: here\r\n\r\n"), State::kOtherVersion);
}

TEST(ParseRequest, FieldsThatAreNone) {
  EXPECT_EQ(WithField("Accept: */*"), State::kOk);
  EXPECT_EQ(WithField("Accept:"), State::kOk);
  EXPECT_EQ(WithField("Accept"), State::kBad);
  EXPECT_EQ(WithField(": x"), State::kBad);
  EXPECT_EQ(WithField("Accept : x"), State::kBad);
  EXPECT_EQ(WithField("Accept: x\r\n folded"), State::kBad);
  EXPECT_EQ(WithField("Accept: a\nb"), State::kBad);
  EXPECT_EQ(WithField("Host: there"), State::kBad);
  EXPECT_EQ(WithField("Content-Length: -1"), State::kBad);
  EXPECT_EQ(WithField("Content-Length: 1\r\nContent-Length: 2"), State::kBad);
}

TEST(ParseRequest, ANewClientNamesTheHost) {
  EXPECT_EQ(StateOf("GET / HTTP/1.1\r\n\r\n"), State::kBad);
  EXPECT_EQ(StateOf("GET / HTTP/1.0\r\n\r\n"), State::kOk);
}

TEST(ParseRequest, HeadsThatAreTooLarge) {
  const std::string start = "GET / HTTP/1.1\r\nHost: here\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string filler(kHeadBytesMax - start.size() - end.size(), 'x');
  EXPECT_EQ(StateOf(start + filler + end), State::kOk);
  EXPECT_EQ(StateOf(start + filler + "x" + end), State::kTooLarge);
  EXPECT_EQ(StateOf(start + std::string(kHeadBytesMax, 'x')), State::kTooLarge);
}

}  // namespace
}  // namespace varve::http
