#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/made_batches.h"
#include "tools/dump/batch_walk.h"

namespace varve::dump {
namespace {

using test::Folder;
using test::Join;
using test::MakeBatch;

// What a walk meets, a word a step, with its bytes.
std::string Walk(const Buffer& content) {
  const Folder folder;
  const auto file = InputFile::Open(folder.Write("00000000000000000000.log", Bytes(content)));
  EXPECT_TRUE(file.ok()) << file.status();
  BatchWalk walk(**file);
  std::string text;
  for (int steps = 0; steps < 100; ++steps) {
    const auto step = walk.Next();
    EXPECT_TRUE(step.ok()) << step.status();
    constexpr const char* kNames[] = {"batch", "end", "cut", "zeros", "old", "broken"};
    const std::string name = kNames[static_cast<size_t>(step->kind)];
    if (step->kind == Step::Kind::kEnd) return text + name;
    const bool bad = step->kind == Step::Kind::kBatch && !step->crc_ok;
    text += fmt::format("{}{}:{} ", bad ? "bad-" : "", name, step->size);
  }
  return text + "...";
}

class Walking : public testing::Test {
 protected:
  const Buffer a = MakeBatch(0, {{"a", "1"}});
  const Buffer b = MakeBatch(1, {{"b", "2"}, {"c", "3"}});
  const Buffer c = MakeBatch(3, {{"d", std::string(600'000, 'x')}});
  const std::string sizes = fmt::format("batch:{} batch:{} ", a.size(), b.size());
};

TEST_F(Walking, MeetsEveryBatch) {
  EXPECT_EQ(Walk({}), "end");
  EXPECT_EQ(Walk(Join({a, b, c})), sizes + fmt::format("batch:{} end", c.size()));
}

TEST_F(Walking, TellsATailFromDamage) {
  Buffer cut = Join({a, b, c});
  cut.resize(cut.size() - 1);
  EXPECT_EQ(Walk(cut), sizes + fmt::format("cut:{} end", c.size() - 1));
  cut.resize(a.size() + b.size() + 5);
  EXPECT_EQ(Walk(cut), sizes + "cut:5 end");
  EXPECT_EQ(Walk(Join({a, b, Buffer(1000)})), sizes + "zeros:1000 end");
  EXPECT_EQ(Walk(Join({a, b, Buffer(3)})), sizes + "cut:3 end");
}

TEST_F(Walking, GoesOnBehindDamage) {
  Buffer damaged = Join({a, b, c});
  damaged[a.size() + b.size() + 100] ^= std::byte{1};
  EXPECT_EQ(Walk(damaged), sizes + fmt::format("bad-batch:{} end", c.size()));
  EXPECT_EQ(Walk(Join({a, Buffer(77, std::byte{0xee}), b})),
            fmt::format("batch:{} broken:77 batch:{} end", a.size(), b.size()));
  // A length that reaches past the end of the file is no tail if batches follow.
  Buffer length = Join({a, b, c});
  length[a.size() + 8] = std::byte{0x7f};
  EXPECT_EQ(Walk(length),
            fmt::format("batch:{} broken:{} batch:{} end", a.size(), b.size(), c.size()));
  EXPECT_EQ(Walk(Join({a, Buffer(77, std::byte{0xee})})),
            fmt::format("batch:{} broken:77 end", a.size()));
}

TEST_F(Walking, NamesOldFormats) {
  Buffer old = a;
  old[16] = std::byte{1};
  EXPECT_EQ(Walk(Join({old, b})), fmt::format("old:{} batch:{} end", old.size(), b.size()));
}

TEST(InputFile, SaysWhatIsWrong) {
  const Folder folder;
  EXPECT_TRUE(absl::IsNotFound(InputFile::Open(folder.path("none.log")).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(InputFile::Open(folder.path()).status()));
}

TEST(InputFile, SeesTheSizeItHadAndWhetherItWasReplaced) {
  const Folder folder;
  const std::string path = folder.Write("a.log", "12345");
  const auto file = InputFile::Open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->size(), 5U);
  EXPECT_TRUE((*file)->InPlace());
  std::filesystem::rename(path, path + ".deleted");
  EXPECT_FALSE((*file)->InPlace());
  folder.Write("a.log", "other");
  EXPECT_FALSE((*file)->InPlace());
  Buffer bytes(5);
  EXPECT_EQ(*(*file)->Read(0, bytes), 5U);
  EXPECT_EQ(AsText(bytes), "12345");
}

}  // namespace
}  // namespace varve::dump
