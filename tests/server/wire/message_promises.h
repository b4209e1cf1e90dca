#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/wire/message.h"
#include "tests/server/wire/filler.h"
#include "tests/server/wire/seed.h"

namespace varve::wire {

inline constexpr int kRounds = 20;

// What every message promises, at each of its versions. Each file tests a part of them: a type
// takes seconds to compile.
template <typename Message>
class MessageTest : public ::testing::Test {
 public:
  // Out of line: a copy in each test would double the time that this file takes to compile.
  [[gnu::noinline]] static Buffer Encode(const Message& message, int version) {
    Buffer bytes;
    Writer writer(bytes);
    EncodeBody(message, version, writer);
    EXPECT_TRUE(writer.status().ok());
    return bytes;
  }

  [[gnu::noinline]] static absl::StatusOr<Message> Decode(MutableBytes bytes, int version) {
    Reader reader = Reader::OverMutable(bytes);
    return DecodeBody<Message>(reader, version);
  }

  // Calls `check(message, version)` with filled messages of every version.
  static void ForEach(int rounds, auto check) {
    using Api = typename Message::Api;
    for (int version = Api::kMin; version <= Api::kMax; ++version) {
      for (int round = 0; round < rounds; ++round) {
        SCOPED_TRACE(fmt::format("{} version {} round {} VARVE_SEED={}", Name(Api::kKey), version,
                                 round, Seed()));
        Filler filler(Seed() + static_cast<uint64_t>(round));
        check(filler.Make<Message>(version), version);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
};
TYPED_TEST_SUITE_P(MessageTest);

TYPED_TEST_P(MessageTest, ReadsBackWhatItWrote) {
  this->ForEach(kRounds, [](const TypeParam& message, int version) {
    Buffer bytes = TestFixture::Encode(message, version);
    auto decoded = TestFixture::Decode(bytes, version);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_TRUE(*decoded == message);
  });
}

TYPED_TEST_P(MessageTest, ReadsBackDefaults) {
  using Api = typename TypeParam::Api;
  for (int version = Api::kMin; version <= Api::kMax; ++version) {
    Buffer bytes = TestFixture::Encode(TypeParam{}, version);
    auto decoded = TestFixture::Decode(bytes, version);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(TestFixture::Encode(*decoded, version), bytes);
  }
}

TYPED_TEST_P(MessageTest, TakesAtLeastItsSmallestSize) {
  this->ForEach(kRounds, [](const TypeParam& message, int version) {
    const bool flexible = version >= TypeParam::Api::kFirstFlexible;
    EXPECT_GE(TestFixture::Encode(message, version).size() + 1,
              MinSize<TypeParam>(version, flexible));
  });
}

TYPED_TEST_P(MessageTest, RefusesEveryShorterFrame) {
  this->ForEach(2, [](const TypeParam& message, int version) {
    const Buffer bytes = TestFixture::Encode(message, version);
    for (size_t size = 0; size < bytes.size(); ++size) {
      // A copy of its own, so that a sanitizer sees the first byte past the end.
      Buffer cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      cut.shrink_to_fit();
      EXPECT_FALSE(TestFixture::Decode(cut, version).ok()) << size << " of " << bytes.size();
    }
  });
}

TYPED_TEST_P(MessageTest, LetsTrailingBytesBe) {
  this->ForEach(2, [](const TypeParam& message, int version) {
    Buffer bytes = TestFixture::Encode(message, version);
    bytes.resize(bytes.size() + 7, std::byte{0xff});
    EXPECT_TRUE(TestFixture::Decode(bytes, version).ok());
  });
}

TYPED_TEST_P(MessageTest, SurvivesDamage) {
  std::mt19937_64 random(Seed());
  this->ForEach(kRounds, [&](const TypeParam& message, int version) {
    Buffer bytes = TestFixture::Encode(message, version);
    for (int damage = 0; damage < 20 && !bytes.empty(); ++damage) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
      auto decoded = TestFixture::Decode(bytes, version);
      if (decoded.ok()) (void)TestFixture::Encode(*decoded, version);
    }
  });
}

TYPED_TEST_P(MessageTest, SurvivesRandomBytes) {
  using Api = typename TypeParam::Api;
  std::mt19937_64 random(Seed());
  SCOPED_TRACE(fmt::format("VARVE_SEED={}", Seed()));
  for (int round = 0; round < 500; ++round) {
    Buffer bytes(random() % 200);
    // Small values make the reader get further.
    for (std::byte& b : bytes) b = static_cast<std::byte>(random() % (round % 2 == 0 ? 256 : 4));
    for (int version = Api::kMin; version <= Api::kMax; ++version) {
      (void)TestFixture::Decode(bytes, version);
    }
  }
}

TYPED_TEST_P(MessageTest, RefusesVersionsItDoesNotHave) {
  using Api = typename TypeParam::Api;
  Buffer bytes(1000);
  EXPECT_FALSE(TestFixture::Decode(bytes, Api::kMax + 1).ok());
  EXPECT_FALSE(TestFixture::Decode(bytes, Api::kMin - 1).ok());
}

TYPED_TEST_P(MessageTest, AgreesWithTheTableOfKeys) {
  using Api = typename TypeParam::Api;
  EXPECT_TRUE(IsFlexible(Api::kKey, Api::kFirstFlexible));
  EXPECT_FALSE(IsFlexible(Api::kKey, Api::kFirstFlexible - 1));
}

REGISTER_TYPED_TEST_SUITE_P(MessageTest, ReadsBackWhatItWrote, ReadsBackDefaults,
                            TakesAtLeastItsSmallestSize, RefusesEveryShorterFrame,
                            LetsTrailingBytesBe, SurvivesDamage, SurvivesRandomBytes,
                            RefusesVersionsItDoesNotHave, AgreesWithTheTableOfKeys);

}  // namespace varve::wire
