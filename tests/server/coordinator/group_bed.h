#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/random.h"
#include "server/coordinator/group.h"

namespace varve::coordinator {

using Texts = std::vector<std::pair<std::string, std::string>>;

// What a client says when it joins.
struct Ask {
  std::string member_id{};
  std::optional<std::string> instance_id{};
  Texts protocols{{"range", "topics"}};  // name, metadata
  std::string type = "consumer";
  std::string client_id = "app";
  int32_t session_ms = 10'000;
  int32_t rebalance_ms = 60'000;
  bool id_required = false;
  bool can_skip = true;
};

// A group and an owner of it that does what an owner has to: parks tokens, stores at once (unless
// store_at_once is off), and calls OnDeadline in time. Fails the test when a token is answered
// that was not parked.
class Bed {
 public:
  static constexpr int64_t kDelayMs = 100;

  explicit Bed(GroupConfig given = {.initial_rebalance_delay_ms = kDelayMs});

  Token Join(const Ask& ask);
  Token Sync(const std::string& member_id, const Texts& assignments = {});
  Token Sync(SyncCall call);  // the token is filled in
  wire::ErrorCode Heartbeat(const std::string& member_id);
  std::vector<wire::ErrorCode> Leave(const std::vector<Leaver>& leavers);
  // Time goes by, and each deadline on the way is met.
  void Pass(int64_t ms);
  // All that waits to be stored is, or is not.
  void StoreAll(wire::ErrorCode error = wire::ErrorCode::kNone);
  void Drop(wire::ErrorCode error);

  // `count` members that join at once and settle; their ids, the leader's first. "a0" is what the
  // leader assigns to the first of them.
  std::vector<std::string> Settle(int count);
  std::vector<std::string> Settle(const std::vector<Ask>& asks);

  bool parked(Token token) const { return parked_.contains(token); }
  size_t parked() const { return parked_.size(); }
  const JoinAnswer& joined(Token token) const { return joins_.at(token); }
  const SyncAnswer& synced(Token token) const { return syncs_.at(token); }
  Now now() const { return {.mono_ms = now_ms, .wall_ms = 1'000'000 + now_ms}; }

  GroupConfig config;
  int64_t now_ms = 0;
  Group group;
  bool store_at_once = true;
  std::vector<GroupRecord> records;  // each that was to be stored

 private:
  void Apply(Outcome out);

  io::Random random_{1};
  Token next_token_ = 1;
  std::set<Token> parked_;
  std::map<Token, JoinAnswer> joins_;
  std::map<Token, SyncAnswer> syncs_;
  std::vector<StoreId> stores_;
};

}  // namespace varve::coordinator
