#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "tests/server/coordinator/group_bed.h"

namespace varve::coordinator {
namespace {

// What the heap holds; nothing under a sanitizer, whose heap is another.
size_t HeapBytes() { return mallinfo2().uordblks; }

// 10,000 groups with 50,000 members, each as a Java consumer with two assignors makes it.
TEST(Memory, OfManyMembersIsLittle) {
  constexpr size_t kGroups = 10'000;
  constexpr size_t kMembers = 50'000;
  const std::string metadata(60, 'm');
  const Texts protocols{{"range", metadata}, {"cooperative-sticky", metadata}};
  Bed bed;
  std::vector<Ask> asks(kMembers / kGroups,
                        {.protocols = protocols, .client_id = "consumer-orders-1"});
  bed.Settle(asks);
  GroupRecord record = bed.group.ToRecord();
  for (MemberRecord& each : record.members) each.metadata.resize(150);  // as two protocols take

  std::vector<Group> groups;
  groups.reserve(kGroups);
  const size_t before = HeapBytes();
  for (size_t i = 0; i < kGroups; ++i) {
    groups.push_back(*Group::Restore(&bed.config, record, bed.now()));
  }
  const size_t per_member = (HeapBytes() - before + kGroups * sizeof(Group)) / kMembers;
  RecordProperty("bytes_per_member", static_cast<int>(per_member));
  RecordProperty("bytes_per_empty_group", static_cast<int>(sizeof(Group)));
  EXPECT_LT(per_member, 1024U);
}

}  // namespace
}  // namespace varve::coordinator
