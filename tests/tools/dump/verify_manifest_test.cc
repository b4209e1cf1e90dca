#include "engine/base/crc32c.h"
#include "engine/log/change_marks.h"
#include "engine/log/manifest.h"
#include "tests/tools/dump/verify_fixture.h"

// What a clean stop said of a log, beside what the log is.
namespace varve::dump::test {
namespace {

// The manifest that the directory was left with, with something else said of log t-0.
class VerifiedManifest : public VerifyEngineData {
 protected:
  void Rewrite(const auto& change) {
    auto manifest = *log::ParseManifest(folder.Read(kManifest));
    log::Manifest::Entry& entry = manifest.logs.at({"t", 0});
    auto left = std::make_shared<log::LogAsLeft>(*entry.log);
    change(*left);
    entry.log = std::move(left);
    folder.Write(kManifest, log::FormatManifest(manifest));
  }
  static void EndEarlier(log::LogAsLeft& left) {
    left.end = left.high_watermark = left.segments.back().next_offset = 449;
  }
  static constexpr const char* kManifest = "varve-manifest";
};

TEST_F(VerifiedManifest, SaysWhatTheLogIsNot) {
  Rewrite(EndEarlier);
  ExpectFault("t-0", -1, "was left with the end at 449, which is at 450 now");
  Rewrite([](log::LogAsLeft& left) { ++left.segments.front().size; });
  ExpectFault("t-0", -1, "bytes, and has");
}

TEST_F(VerifiedManifest, IsNotBelievedOfALogThatWasChangedSince) {
  Rewrite(EndEarlier);
  Remove(".kafka_cleanshutdown");
  EXPECT_EQ(Verify().status, 0);  // whatever it says: nothing vouches for it
  const std::string text = folder.Read(kManifest);
  log::ChangeList changes{Crc32c(AsBytes(text)), -1, {}};
  folder.Write("varve-changed", log::FormatChanges(changes));
  EXPECT_EQ(Verify().status, 1);
  folder.Write("varve-changed", log::FormatChanges(changes) + log::FormatChange("t-0"));
  EXPECT_EQ(Verify().status, 0);
  ++changes.manifest_crc;  // the list of another one
  folder.Write("varve-changed", log::FormatChanges(changes));
  EXPECT_EQ(Verify().status, 0);
  const std::string shown = RunDump({folder.path("varve-changed")}).out;
  EXPECT_NE(shown.find("manifestCrc: "), std::string::npos) << shown;
}

TEST_F(VerifiedManifest, DamagedItIsOfNoUse) {
  const std::string shown = RunDump({folder.path(kManifest)}).out;
  EXPECT_NE(shown.find("topic: t partition: 0 topicId: "), std::string::npos) << shown;
  EXPECT_NE(shown.find(" endOffset: 450 "), std::string::npos) << shown;
  Change(kManifest, [](std::string& content) { content.pop_back(); });
  ExpectNote(kManifest, -1, "is of no use");
  EXPECT_EQ(RunDump({folder.path(kManifest)}).status, 1);
}

TEST_F(VerifiedManifest, TellsOfALogThatIsGone) {
  auto manifest = *log::ParseManifest(folder.Read(kManifest));
  const log::Manifest::Entry entry = manifest.logs.at({"t", 0});
  manifest.logs[{"u", 3}] = entry;
  folder.Write(kManifest, log::FormatManifest(manifest));
  ExpectNote(kManifest, -1, "tells of u-3, which is not there");
}

}  // namespace
}  // namespace varve::dump::test
