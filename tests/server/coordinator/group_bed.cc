#include "tests/server/coordinator/group_bed.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace varve::coordinator {

using wire::ErrorCode;

Bed::Bed(GroupConfig given) : config(given), group(&config, now()) {}

Token Bed::Join(const Ask& ask) {
  std::vector<Protocol> protocols;
  for (const auto& [name, metadata] : ask.protocols) protocols.push_back({name, AsBytes(metadata)});
  const Token token = next_token_++;
  parked_.insert(token);
  Outcome out;
  group.Join({.token = token,
              .member_id = ask.member_id,
              .instance_id = ask.instance_id,
              .client_id = ask.client_id,
              .client_host = "/10.0.0.1",
              .protocol_type = ask.type,
              .protocols = protocols,
              .session_timeout_ms = ask.session_ms,
              .rebalance_timeout_ms = ask.rebalance_ms,
              .member_id_required = ask.id_required,
              .can_skip_assignment = ask.can_skip,
              .fresh_id = random_.NewId()},
             now(), out);
  Apply(std::move(out));
  return token;
}

Token Bed::Sync(SyncCall call) {
  call.token = next_token_++;
  parked_.insert(call.token);
  Outcome out;
  group.Sync(call, now(), out);
  Apply(std::move(out));
  return call.token;
}

Token Bed::Sync(const std::string& member_id, const Texts& assignments) {
  std::vector<MemberAssignment> shares;
  for (const auto& [id, share] : assignments) shares.push_back({id, AsBytes(share)});
  return Sync(
      {.claim = {.member_id = member_id, .generation = group.generation()}, .assignments = shares});
}

ErrorCode Bed::Heartbeat(const std::string& member_id) {
  return group.Heartbeat({.member_id = member_id, .generation = group.generation()}, now());
}

std::vector<ErrorCode> Bed::Leave(const std::vector<Leaver>& leavers) {
  Outcome out;
  auto errors = group.Leave(leavers, now(), out);
  Apply(std::move(out));
  return errors;
}

void Bed::Pass(int64_t ms) {
  const int64_t end_ms = now_ms + ms;
  while (group.next_deadline_ms() <= end_ms) {
    now_ms = std::max(now_ms, group.next_deadline_ms());
    Outcome out;
    group.OnDeadline(now(), out);
    Apply(std::move(out));
  }
  now_ms = end_ms;
}

void Bed::StoreAll(ErrorCode error) {
  const auto stores = std::exchange(stores_, {});
  for (const StoreId id : stores) {
    Outcome out;
    group.Stored(id, error, now(), out);
    Apply(std::move(out));
  }
}

void Bed::Drop(ErrorCode error) {
  Outcome out;
  group.Drop(error, now(), out);
  Apply(std::move(out));
}

void Bed::Apply(Outcome out) {
  for (JoinReply& each : out.joins) {
    EXPECT_EQ(parked_.erase(each.token), 1U) << "join " << each.token;
    joins_[each.token] = std::move(each.answer);
  }
  for (SyncReply& each : out.syncs) {
    EXPECT_EQ(parked_.erase(each.token), 1U) << "sync " << each.token;
    syncs_[each.token] = std::move(each.answer);
  }
  if (!out.store) return;
  stores_.push_back(*out.store);
  records.push_back(group.ToRecord());
  if (store_at_once) StoreAll();
}

std::vector<std::string> Bed::Settle(int count) { return Settle(std::vector<Ask>(count)); }

std::vector<std::string> Bed::Settle(const std::vector<Ask>& asks) {
  std::vector<Token> joins;
  joins.reserve(asks.size());
  for (const Ask& ask : asks) joins.push_back(Join(ask));
  Pass(2 * kDelayMs);
  std::vector<std::string> ids;
  Texts shares;
  for (const Token token : joins) {
    ids.push_back(joined(token).member_id);
    shares.emplace_back(ids.back(), fmt::format("a{}", shares.size()));
  }
  for (size_t i = 1; i < ids.size(); ++i) Sync(ids[i]);
  Sync(ids[0], shares);
  EXPECT_EQ(group.state(), GroupState::kStable);
  return ids;
}

}  // namespace varve::coordinator
