#include <gtest/gtest.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "engine/record/builder.h"
#include "server/coordinator/group_coordinator.h"
#include "server/coordinator/group_records.h"
#include "tests/engine/log/log_machine.h"
#include "tests/memory/allocation_count.h"
#include "tests/server/coordinator/consumer/consumer_bed.h"

// What many groups cost their coordinator: memory, and work that grows with their number.

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

constexpr size_t kMembersOfGroup = 5;
constexpr size_t kGroupsOfBatch = 100;
constexpr int32_t kGeneration = 3;
constexpr int64_t kSessionMs = 45'000;
constexpr int64_t kBeatMs = 3'000;

size_t HeapBytes() { return mallinfo2().uordblks; }

// What the system has given the process and not taken back.
size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  statm >> all >> resident;
  return resident * 4096;
}

std::string GroupId(size_t number) { return fmt::format("orders-consumer-group-{}", number); }
std::string MemberId(size_t number) {
  return fmt::format("consumer-orders-{}-0f7ac3c4-2e2b-4a3e-9a35-8e24f3a4b5c6", number);
}

// As a Java consumer of one topic has it, with range and cooperative-sticky.
GroupRecord RecordOfGroup() {
  GroupRecord record{.protocol_type = "consumer",
                     .generation = kGeneration,
                     .protocol = "range",
                     .leader = MemberId(0),
                     .state_since_ms = 1};
  for (size_t i = 0; i < kMembersOfGroup; ++i) {
    record.members.push_back({.id = MemberId(i),
                              .client_id = fmt::format("consumer-orders-{}", i),
                              .client_host = "/10.20.30.40",
                              .rebalance_timeout_ms = 300'000,
                              .session_timeout_ms = kSessionMs,
                              .metadata = Buffer(70),
                              .assignment = Buffer(40)});
  }
  return record;
}

size_t BytesOf(const MemberRecord& member) {
  return member.id.size() + member.client_id.size() + member.client_host.size() +
         member.metadata.size() + member.assignment.size();
}

ErrorCode NotCoordinator(const absl::Status& /*status*/) { return ErrorCode::kNotCoordinator; }

// A coordinator whose log has so many groups, each with its members and a committed offset.
class ManyGroups {
 public:
  explicit ManyGroups(size_t groups) : groups_(groups) {
    machine_.Open();
    for (size_t first = 0; first < groups; first += kGroupsOfBatch) Write(first);
    machine_.log->AdvanceHighWatermark(machine_.log->offsets().end);
    const GroupCoordinator::Env env{*machine_.loop, *machine_.log, config_, NotCoordinator,
                                    topics_};
    coordinator_ = std::make_unique<GroupCoordinator>(env);
  }
  ~ManyGroups() { machine_.Run(coordinator_->Stop()); }

  void Load() {
    coordinator_->Start();
    while (coordinator_->Enter() != ErrorCode::kNone) machine_.world.RunFor(kTurn);
    coordinator_->Leave();
  }

  // Every member of these groups, once; how many were refused.
  size_t Beat(size_t groups) {
    size_t refused = 0;
    for (size_t i = 0; i < groups * kMembersOfGroup; ++i) {
      id_ = GroupId(i / kMembersOfGroup);
      member_ = MemberId(i % kMembersOfGroup);
      const MemberClaim claim{member_, std::nullopt, kGeneration};
      const uint64_t before = test::AllocationCount();
      if (coordinator_->Heartbeat(id_, claim) != ErrorCode::kNone) ++refused;
      allocated_by_beats += test::AllocationCount() - before;
    }
    return refused;
  }

  void Pass(int64_t ms) { machine_.world.RunFor(std::chrono::milliseconds(ms)); }
  GroupCoordinator& coordinator() { return *coordinator_; }
  size_t timers() const { return machine_.loop->timers().size(); }
  size_t groups() const { return groups_; }

  uint64_t allocated_by_beats = 0;

 private:
  static constexpr auto kTurn = std::chrono::milliseconds(1);

  void Write(size_t first) {
    const Buffer value = *WriteGroupValue(RecordOfGroup());
    record::BatchBuilder builder;
    for (size_t i = first; i < first + kGroupsOfBatch && i < groups_; ++i) {
      const Buffer key = *WriteGroupKey(GroupId(i));
      builder.Append({.timestamp = 1, .key = key, .value = value});
      const Buffer offset_key = *WriteOffsetKey(GroupId(i), "orders", 0);
      const Buffer offset = *WriteOffsetValue({.offset = 7, .metadata = "", .commit_ms = 1});
      builder.Append({.timestamp = 1, .key = offset_key, .value = offset});
    }
    ASSERT_TRUE(machine_.Append(builder.Build()).ok());
  }

  const size_t groups_;
  log::test::LogMachine machine_;
  CoordinatorConfig config_;
  const FakeTopics topics_;
  std::unique_ptr<GroupCoordinator> coordinator_;
  std::string id_;
  std::string member_;
};

// 10,000 groups with 50,000 members: what they take beyond what they said about themselves.
TEST(ManyGroups, TakeLittleMemory) {
  ManyGroups many(10'000);
  malloc_trim(0);
  const size_t resident = ResidentBytes();
  const size_t before = HeapBytes();
  many.Load();
  malloc_trim(0);
  const size_t members = many.groups() * kMembersOfGroup;
  const size_t per_member = (HeapBytes() - before) / members;
  const size_t said = BytesOf(RecordOfGroup().members[0]);
  RecordProperty("bytes_per_member", static_cast<int>(per_member));
  RecordProperty("of_these_its_own_words", static_cast<int>(said));
  RecordProperty("resident_bytes_per_member",
                 static_cast<int>((ResidentBytes() - resident) / members));
  EXPECT_EQ(many.coordinator().Ids().size(), many.groups());
  EXPECT_LT(per_member, said + 1024);
}

// A heartbeat allocates nothing and sets no timer, and there is one timer to a group: whatever
// there is besides.
TEST(ManyGroups, CostAHeartbeatNothing) {
  for (const size_t groups : {size_t{10}, size_t{10'000}}) {
    SCOPED_TRACE(groups);
    ManyGroups many(groups);
    const size_t timers = many.timers();
    many.Load();
    EXPECT_LE(many.timers(), timers + groups + 2);
    const size_t timers_before = many.timers();
    EXPECT_EQ(many.Beat(10), 0U);
    EXPECT_EQ(many.allocated_by_beats, 0U);
    EXPECT_EQ(many.timers(), timers_before);
  }
}

// Sessions are looked at group by group, each about once a session: all that beat are still there,
// and those that do not are gone.
TEST(ManyGroups, LoseOnlyMembersThatAreSilent) {
  ManyGroups many(1'000);
  many.Load();
  for (int64_t passed = 0; passed < 2 * kSessionMs; passed += kBeatMs) {
    ASSERT_EQ(many.Beat(500), 0U);
    many.Pass(kBeatMs);
  }
  EXPECT_EQ(many.coordinator().Describe(GroupId(499)).state, GroupState::kStable);
  EXPECT_EQ(many.coordinator().Describe(GroupId(500)).state, GroupState::kEmpty);
}

}  // namespace
}  // namespace varve::coordinator
