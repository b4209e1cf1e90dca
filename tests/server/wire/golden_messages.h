#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "server/wire/message.h"
#include "tests/server/wire/golden.h"
#include "tests/server/wire/hex.h"
#include "tests/server/wire/samples.h"

namespace varve::wire {

inline const Golden& GoldenMessages() {
  static const Golden golden = LoadGolden(VARVE_GOLDEN_MESSAGES);
  return golden;
}

inline std::string ExpectedHex(const std::string& name, int version) {
  const auto found = GoldenMessages().find({name, version});
  return found == GoldenMessages().end() ? "missing" : found->second;
}

// Writes the sample, and reads the expected bytes, at each version.
template <typename Message>
void ExpectGolden(const std::string& name) {
  using Api = typename Message::Api;
  for (int version = Api::kMin; version <= Api::kMax; ++version) {
    SCOPED_TRACE(fmt::format("{} version {}", name, version));
    const std::string expected = ExpectedHex(name, version);
    Buffer written;
    Writer writer(written);
    EncodeBody(Sample<Message>(), version, writer);
    EXPECT_EQ(ToHex(written), expected);

    Buffer bytes = FromHex(expected);
    Reader reader = Reader::OverMutable(bytes);
    const auto decoded = DecodeBody<Message>(reader, version);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_TRUE(reader.rest().empty());
    Buffer again;
    Writer rewriter(again);
    EncodeBody(*decoded, version, rewriter);
    EXPECT_EQ(ToHex(again), expected);
  }
}

}  // namespace varve::wire
