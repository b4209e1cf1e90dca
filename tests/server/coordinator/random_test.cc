#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "engine/io/random.h"
#include "server/coordinator/group.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

// The seed of this run: VARVE_SEED, or a new one.
uint64_t Seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("VARVE_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return seed;
}

// Clients that join, sync, restart, leave and fall silent as they like, a log that is slow and
// fails at times, and a clock that jumps. What must hold is checked at each answer.
class Storm {
 public:
  explicit Storm(uint64_t seed)
      : random_(seed),
        config_({.initial_rebalance_delay_ms = static_cast<int64_t>(random_.Below(2) * 50),
                 .size_max = random_.OneIn(3) ? 5 : 1'000}),
        group_(&config_, now()) {
    clients_.resize(8);
    for (size_t i = 0; i < clients_.size() / 2; ++i) clients_[i].instance = fmt::format("i{}", i);
  }

  // Mostly what a good client would do next, at times anything.
  void Step() {
    Client& client = clients_[random_.Below(clients_.size())];
    switch (random_.Below(24)) {
      case 0:
        return Join(client, random_.OneIn(2));
      case 1:
        return Sync(client);
      case 2:
        return Heartbeat(client);
      case 3:
        return random_.OneIn(4) ? Leave(client) : Restart(client);
      case 4:
      case 5:
        return Pass(static_cast<int64_t>(random_.Below(random_.OneIn(20) ? 20'000 : 200)));
      case 6:
      case 7:
      case 8:
      case 9:
        return StoreOne();
      default:
        return GoOn(client);
    }
  }

  // Nobody calls any more.
  void FallSilent() {
    while (!stores_.empty()) StoreOne();
    for (int i = 0; i < 20; ++i) {
      Pass(100'000);
      while (!stores_.empty()) StoreOne();
    }
    EXPECT_EQ(group_.state(), GroupState::kEmpty);
    EXPECT_EQ(group_.members(), 0U);
    EXPECT_EQ(group_.next_deadline_ms(), kNever);
    EXPECT_TRUE(parked_.empty());
  }

  void Drop() {
    Outcome out;
    group_.Drop(ErrorCode::kNotCoordinator, now(), out);
    Apply(std::move(out));
    EXPECT_TRUE(parked_.empty());
  }

  int stable_answers() const { return stable_answers_; }

 private:
  struct Client {
    std::string member_id{};
    std::optional<std::string> instance{};
    int32_t generation = -1;
    std::vector<std::string> to_divide{};  // the members, while it has to divide the work
    int parked = 0;
    bool has_joined = false;
    bool has_share = false;
  };

  Now now() const { return {.mono_ms = now_ms_, .wall_ms = now_ms_}; }

  std::optional<std::string_view> InstanceOf(const Client& client) const {
    if (!client.instance) return std::nullopt;
    return *client.instance;
  }

  void GoOn(Client& client) {
    if (client.parked > 0) return;
    if (!client.has_joined) return Join(client, false);
    if (!client.has_share) return Sync(client);
    Heartbeat(client);
  }

  Token Park(Client& client) {
    ++client.parked;
    parked_[next_token_] = &client;
    return next_token_++;
  }

  void Join(Client& client, bool changed) {
    const std::string metadata = changed ? fmt::format("m{}", random_.Below(3)) : "m0";
    const Protocol both[] = {{"range", AsBytes(metadata)}, {"sticky", AsBytes(metadata)}};
    const Protocol turned[] = {both[1], both[0]};
    Outcome out;
    group_.Join({.token = Park(client),
                 .member_id = client.member_id,
                 .instance_id = InstanceOf(client),
                 .client_id = "app",
                 .protocol_type = "consumer",
                 .protocols = changed ? turned : both,
                 .session_timeout_ms = 6'000 + static_cast<int32_t>(random_.Below(4'000)),
                 .rebalance_timeout_ms = static_cast<int32_t>(random_.Below(10'000)),
                 .member_id_required = random_.OneIn(2),
                 .can_skip_assignment = random_.OneIn(2),
                 .fresh_id = random_.NewId()},
                now(), out);
    Apply(std::move(out));
  }

  void Sync(Client& client) {
    std::vector<std::string> shares;
    for (const auto& id : client.to_divide) {
      shares.push_back(fmt::format("{}/{}/{}", client.generation, client.member_id, id));
    }
    std::vector<MemberAssignment> assignments;
    for (size_t i = 0; i < shares.size(); ++i) {
      assignments.push_back({client.to_divide[i], AsBytes(shares[i])});
    }
    Outcome out;
    group_.Sync({.token = Park(client), .claim = ClaimOf(client), .assignments = assignments},
                now(), out);
    Apply(std::move(out));
  }

  void Heartbeat(Client& client) {
    const auto error = group_.Heartbeat(ClaimOf(client), now());
    if (error != ErrorCode::kNone) client.has_joined = false;
    if (error == ErrorCode::kUnknownMemberId) client.member_id.clear();
    const GroupState state = group_.state();
    if (state == GroupState::kPreparingRebalance || state == GroupState::kEmpty) {
      EXPECT_NE(error, ErrorCode::kNone);
    }
  }

  void Leave(const Client& client) {
    Leaver leaver{.instance_id = InstanceOf(client)};
    if (random_.OneIn(2)) leaver.member_id = client.member_id;
    Outcome out;
    group_.Leave(std::span(&leaver, 1), now(), out);
    Apply(std::move(out));
  }

  static void Restart(Client& client) {
    client.member_id.clear();
    client.generation = -1;
    client.to_divide.clear();
    client.has_joined = client.has_share = false;
  }

  void Pass(int64_t ms) {
    const int64_t end_ms = now_ms_ + ms;
    for (int i = 0; group_.next_deadline_ms() <= end_ms; ++i) {
      ASSERT_LT(i, 10'000) << "the deadline does not move";
      now_ms_ = std::max(now_ms_, group_.next_deadline_ms());
      Outcome out;
      group_.OnDeadline(now(), out);
      Apply(std::move(out));
    }
    now_ms_ = end_ms;
  }

  void StoreOne() {
    if (stores_.empty()) return;
    const StoreId id = stores_.front();
    stores_.pop_front();
    Outcome out;
    const bool fails = random_.OneIn(10);
    group_.Stored(id, fails ? ErrorCode::kCoordinatorNotAvailable : ErrorCode::kNone, now(), out);
    Apply(std::move(out));
  }

  MemberClaim ClaimOf(const Client& client) const {
    return {client.member_id, InstanceOf(client), client.generation};
  }

  Client* Unpark(Token token) {
    const auto found = parked_.find(token);
    EXPECT_NE(found, parked_.end()) << "token " << token << " was not parked";
    if (found == parked_.end()) return nullptr;
    Client* const client = found->second;
    parked_.erase(found);
    --client->parked;
    return client;
  }

  void Apply(Outcome out) {
    for (const JoinReply& each : out.joins) TakeJoin(each);
    for (const SyncReply& each : out.syncs) TakeSync(each);
    if (out.store) {
      EXPECT_GT(*out.store, last_store_);
      last_store_ = *out.store;
      stores_.push_back(last_store_);
      CheckRecord(group_.ToRecord());
    }
    EXPECT_GE(group_.generation(), generation_);
    generation_ = group_.generation();
  }

  static void CheckRecord(const GroupRecord& record) {
    EXPECT_EQ(record.protocol.has_value(), !record.members.empty());
    const auto leads = [&](const MemberRecord& member) { return member.id == record.leader; };
    EXPECT_EQ(std::ranges::count_if(record.members, leads), record.members.empty() ? 0 : 1);
    for (const MemberRecord& each : record.members) EXPECT_FALSE(each.metadata.empty());
  }

  void TakeJoin(const JoinReply& reply) {
    Client* const client = Unpark(reply.token);
    const JoinAnswer& answer = reply.answer;
    if (client == nullptr) return;
    client->to_divide.clear();
    client->has_joined = answer.error == ErrorCode::kNone;
    client->has_share = false;
    if (answer.error == ErrorCode::kMemberIdRequired) client->member_id = answer.member_id;
    if (answer.error == ErrorCode::kUnknownMemberId) client->member_id.clear();
    if (answer.error == ErrorCode::kFencedInstanceId) client->member_id.clear();
    if (answer.error != ErrorCode::kNone) return;
    EXPECT_EQ(answer.members.empty(), answer.member_id != answer.leader);
    client->member_id = answer.member_id;
    client->generation = answer.generation;
    if (answer.members.empty() || answer.skip_assignment) return;
    for (const JoinedMember& each : answer.members) client->to_divide.push_back(each.id);
    const auto [leader, first] = leaders_.emplace(answer.generation, answer.member_id);
    EXPECT_EQ(leader->second, answer.member_id) << "two leaders of " << answer.generation;
  }

  void TakeSync(const SyncReply& reply) {
    Client* const client = Unpark(reply.token);
    if (client == nullptr) return;
    client->has_share = reply.answer.error == ErrorCode::kNone;
    if (!client->has_share) client->has_joined = false;
    if (!client->has_share) return;
    ++stable_answers_;
    EXPECT_EQ(group_.state(), GroupState::kStable);
    const std::string expected =
        fmt::format("{}/{}/", group_.generation(), leaders_[group_.generation()]);
    EXPECT_EQ(AsText(reply.answer.assignment).substr(0, expected.size()), expected);
  }

  io::Random random_;
  GroupConfig config_;
  int64_t now_ms_ = 0;
  Group group_;
  std::vector<Client> clients_;
  std::map<Token, Client*> parked_;
  Token next_token_ = 1;
  std::deque<StoreId> stores_;
  StoreId last_store_ = 0;
  int32_t generation_ = 0;
  std::map<int32_t, std::string> leaders_;
  int stable_answers_ = 0;
};

TEST(Storm, KeepsItsPromises) {
  int stable_answers = 0;
  for (uint64_t run = 0; run < 300; ++run) {
    const uint64_t seed = Seed() + run;
    SCOPED_TRACE(fmt::format("VARVE_SEED={}", seed));
    Storm storm(seed);
    for (int step = 0; step < 400; ++step) storm.Step();
    stable_answers += storm.stable_answers();
    if (run % 2 == 0) {
      storm.FallSilent();
    } else {
      storm.Drop();
    }
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(stable_answers, 1'000);  // the storm reaches what it is to test
}

}  // namespace
}  // namespace varve::coordinator
