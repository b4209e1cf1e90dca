#include "tests/tools/dump/made_batches.h"
#include "tests/tools/dump/verify_fixture.h"

// Faults of the offset index and the time index of a closed segment.
namespace varve::dump::test {
namespace {

constexpr size_t kOffsetEntry = 8;
constexpr size_t kTimeEntry = 12;

using VerifiedIndex = VerifyEngineData;

TEST_F(VerifiedIndex, MissingFiles) {
  Remove(index);
  ExpectFault(log, -1, "no .index");
  Remove(time_index);
  ExpectFault(log, -1, "no .timeindex");
}

TEST_F(VerifiedIndex, APositionWhereNoBatchBegins) {
  Change(index, [](std::string& bytes) {
    Store<int32_t>(bytes, kOffsetEntry + 4, Load<int32_t>(bytes, kOffsetEntry + 4) + 1);
  });
  ExpectFault(index, kOffsetEntry, "where no batch begins");
}

TEST_F(VerifiedIndex, APositionBehindTheEnd) {
  Change(index, [](std::string& bytes) { Store<int32_t>(bytes, bytes.size() - 4, 1 << 30); });
  ExpectFault(index, -1, "behind the end of the log");
}

TEST_F(VerifiedIndex, AnOffsetThatLookupsWouldMiss) {
  Change(index, [](std::string& bytes) {
    Store<int32_t>(bytes, kOffsetEntry, Load<int32_t>(bytes, kOffsetEntry) - 3);
  });
  ExpectFault(index, kOffsetEntry, "points to position");
}

TEST_F(VerifiedIndex, AnOffsetThatLookupsCanWorkWithIsANote) {
  Change(index, [](std::string& bytes) {
    Store<int32_t>(bytes, kOffsetEntry, Load<int32_t>(bytes, kOffsetEntry) - 1);
  });
  ExpectNote(index, kOffsetEntry, "lookups work with that");
}

TEST_F(VerifiedIndex, EntriesThatDoNotRise) {
  Change(index, [](std::string& bytes) {
    const std::string first = bytes.substr(0, kOffsetEntry);
    bytes.replace(2 * kOffsetEntry, kOffsetEntry, first);
    bytes.replace(3 * kOffsetEntry, kOffsetEntry, first);
  });
  ExpectFault(index, 2 * kOffsetEntry, "2 entries from here do not rise");
}

TEST_F(VerifiedIndex, PaddingAndOddBytes) {
  const auto end = static_cast<int64_t>(folder.Read(index).size());
  Change(index, [](std::string& bytes) { bytes += std::string(3 * kOffsetEntry + 5, '\0'); });
  ExpectFault(index, end, "3 entries of zeros");
  ExpectFault(index, end + 3 * static_cast<int64_t>(kOffsetEntry), "5 bytes behind the last");
  const auto time_end = static_cast<int64_t>(folder.Read(time_index).size());
  Change(time_index, [](std::string& bytes) { bytes += std::string(kTimeEntry, '\0'); });
  ExpectFault(time_index, time_end, "1 entries of zeros");
}

TEST_F(VerifiedIndex, PaddingOfAnActiveSegmentThatWasNotClosed) {
  Remove(".kafka_cleanshutdown");
  for (const char* suffix : {".index", ".timeindex"}) {
    Change(stems.back() + suffix, [](std::string& bytes) { bytes += std::string(24 * 50, '\0'); });
    ExpectNote(stems.back() + suffix, -1, "space that was set aside");
  }
}

TEST_F(VerifiedIndex, ATimeThatHidesRecords) {
  Change(time_index, [](std::string& bytes) {
    Store<int64_t>(bytes, kTimeEntry, Load<int64_t>(bytes, kTimeEntry) - 1500);
  });
  ExpectFault(time_index, kTimeEntry, "lookups miss it");
}

TEST_F(VerifiedIndex, ATimeThatNoBatchHas) {
  Change(time_index, [](std::string& bytes) {
    Store<int64_t>(bytes, kTimeEntry, Load<int64_t>(bytes, kTimeEntry) + 1);
  });
  ExpectFault(time_index, kTimeEntry, "no batch up to there is later");
}

TEST_F(VerifiedIndex, TimesThatDoNotRise) {
  Change(time_index, [](std::string& bytes) { Store<int64_t>(bytes, 2 * kTimeEntry, kTime); });
  ExpectFault(time_index, 2 * kTimeEntry, "does not rise");
}

TEST_F(VerifiedIndex, ALastTimeThatIsNotTheLargest) {
  Change(time_index, [](std::string& bytes) { bytes.resize(bytes.size() - kTimeEntry); });
  ExpectFault(time_index, -1, "the closed segment goes up to");
}

TEST_F(VerifiedIndex, ATimeBehindTheEndOfTheLog) {
  Change(time_index, [](std::string& bytes) { Store<int32_t>(bytes, bytes.size() - 4, 1 << 30); });
  ExpectFault(time_index, -1, "which the log does not reach");
}

}  // namespace
}  // namespace varve::dump::test
