#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/base/byte_order.h"
#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/engine_data.h"

namespace varve::dump::test {

// What --verify says of a directory.
class VerifyTest : public testing::Test {
 protected:
  // Runs it, and expects that exit status and summary agree with what is listed.
  Ran Verify(const std::string& name = "", std::vector<std::string> options = {}) {
    options.emplace_back("--verify");
    options.push_back(folder.path(name));
    const Ran ran = RunDump(options);
    const size_t faults = CountOf("\n" + ran.out, "\nFAULT ");
    EXPECT_EQ(ran.status, faults > 0 ? 1 : 0) << ran.out << ran.err;
    EXPECT_EQ(ran.err, "");
    EXPECT_NE(ran.out.find(" faults: " + std::to_string(faults) + " "), std::string::npos)
        << ran.out;
    return ran;
  }

  void ExpectClean(const std::string& name = "") {
    const Ran ran = Verify(name);
    EXPECT_EQ(ran.status, 0) << ran.out;
    EXPECT_NE(ran.out.find(" notes: 0 "), std::string::npos) << ran.out;
  }
  // There is a line about `file` that says `what`, at `position` if that is not negative.
  void ExpectLine(const std::string& lead, const std::string& file, int64_t position,
                  const std::string& what) {
    const Ran ran = Verify();
    std::string begin = lead + "path: " + folder.path(file);
    if (position >= 0) begin += " position: " + std::to_string(position) + " ";
    for (const std::string& line : Lines(ran.out)) {
      if (line.starts_with(begin) && line.find(what) != std::string::npos) return;
    }
    ADD_FAILURE() << "no line with " << begin << " and " << what << " in\n" << ran.out;
  }
  void ExpectFault(const std::string& file, int64_t position, const std::string& what) {
    ExpectLine("FAULT ", file, position, what);
  }
  void ExpectNote(const std::string& file, int64_t position, const std::string& what) {
    EXPECT_EQ(Verify().status, 0);
    ExpectLine("note  ", file, position, what);
  }

  // Replaces a file by what `change` makes of it.
  void Change(const std::string& file, const auto& change) {
    std::string content = folder.Read(file);
    change(content);
    folder.Write(file, content);
  }
  void Remove(const std::string& file) { std::filesystem::remove(folder.path(file)); }

  template <typename T>
  static void Store(std::string& content, size_t at, T value) {
    StoreBigEndian<T>(reinterpret_cast<std::byte*>(content.data() + at), value);
  }
  template <typename T>
  static T Load(const std::string& content, size_t at) {
    return LoadBigEndian<T>(reinterpret_cast<const std::byte*>(content.data() + at));
  }

  const Folder folder;
};

// A log of several segments, written by the engine and stopped cleanly.
class VerifyEngineData : public VerifyTest {
 protected:
  void SetUp() override {
    WriteLog(folder.path(), 150);
    for (const std::string& name : FilesIn(folder.path("t-0"), ".log")) {
      stems.push_back("t-0/" + name.substr(0, name.size() - 4));
    }
    ASSERT_GE(stems.size(), 4U);
    log = stems[1] + ".log";
    index = stems[1] + ".index";
    time_index = stems[1] + ".timeindex";
    batches = BatchesIn(folder.Read(log));
    ASSERT_GE(batches.size(), 10U);
  }
  int64_t PositionOf(size_t batch) const { return static_cast<int64_t>(batches[batch].position); }

  std::vector<std::string> stems;  // paths of segments, without suffix
  std::string log;                 // of the second, a closed one
  std::string index;
  std::string time_index;
  std::vector<Placed> batches;
};

}  // namespace varve::dump::test
