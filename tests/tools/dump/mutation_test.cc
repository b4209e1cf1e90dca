#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "engine/log/producer_snapshot.h"
#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/engine_data.h"
#include "tests/tools/dump/made_batches.h"

// Whatever the bytes are, the program ends with one of its three statuses, and in good time.
namespace varve::dump::test {
namespace {

class Mutations : public testing::Test {
 protected:
  void SetUp() override {
    WriteLog(folder.path(), 60);
    const log::ProducerSnapshotEntry producers[] = {{7, 0, 1, 1, 1, kTime, 0, -1}};
    folder.Write("t-0/00000000000000000009.snapshot",
                 Bytes(log::FormatProducerSnapshot(producers)));
    const std::string log = folder.Read("t-0/00000000000000000000.log");
    folder.Write("__consumer_offsets-0/00000000000000000000.log", log);
    folder.Write("__cluster_metadata-0/00000000000000000000.log", log);
    folder.Write("meta.properties", "version=1\ncluster.id=c\nnode.id=1\n");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      const std::string path = entry.path().string();
      const bool file = entry.is_regular_file() && entry.file_size() > 0;
      if (file) names.push_back(path.substr(folder.path().size() + 1));
    }
    std::sort(names.begin(), names.end());
  }

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random); }

  std::string Mutated(std::string content) {
    switch (Below(4)) {
      case 0:
        return content.substr(0, Below(content.size()));
      case 1:
        content.insert(Below(content.size()), std::string(1 + Below(40), '\xff'));
        return content;
      case 2: {
        const size_t at = Below(content.size());
        const size_t end = std::min(content.size(), at + 8);
        for (size_t i = at; i < end; ++i) content[i] = static_cast<char>(Below(256));
        return content;
      }
      default:
        content[Below(content.size())] ^= static_cast<char>(1 << Below(8));
        return content;
    }
  }

  const Folder folder;
  std::vector<std::string> names;
  const unsigned seed = std::getenv("VARVE_SEED") ? std::atoi(std::getenv("VARVE_SEED")) : 1;
  std::mt19937 random{seed};
};

TEST_F(Mutations, AreSurvived) {
  const char* modes[] = {"--verify", "--records", "--stats"};
  for (int i = 0; i < 150; ++i) {
    const std::string& name = names[Below(names.size())];
    SCOPED_TRACE(name + " in round " + std::to_string(i) + ", VARVE_SEED=" + std::to_string(seed));
    const std::string sound = folder.Read(name);
    folder.Write(name, Mutated(sound));
    const Ran ran = RunDump({modes[i % 3], "--memory=16MB", folder.path()});
    EXPECT_TRUE(ran.status == 0 || ran.status == 1) << ran.status << ran.err;
    folder.Write(name, sound);
  }
}

}  // namespace
}  // namespace varve::dump::test
