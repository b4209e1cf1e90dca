#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "server/coordinator/consumer/assignment.h"
#include "server/coordinator/consumer/member.h"
#include "server/wire/reader.h"

// What __consumer_offsets holds of groups of the newer protocol: several records for each group
// and each member, where a classic group has one. Kafka 4's own keys and values.
//
// Errors    As in record_codec.h.
namespace varve::coordinator {

// The numbers are the versions of their keys.
enum class ConsumerRecord : int16_t {
  kGroup = 3,        // the group's epoch
  kTopics = 4,       // before Kafka 4.1; only read, and then removed
  kMember = 5,       // what a member says of itself
  kTargetEpoch = 6,  // the epoch of the last division
  kTarget = 7,       // a member's share of it
  kShare = 8,        // what a member has
  kExpression = 16,  // the topics that an expression meets
};

struct ConsumerKey {
  std::string_view group{};
  std::string_view member{};  // its id, or the expression
};

bool IsConsumerKey(int16_t version);
// Behind the version.
absl::StatusOr<ConsumerKey> ReadConsumerKey(int16_t version, wire::Reader& reader);
absl::StatusOr<Buffer> WriteConsumerKey(ConsumerRecord kind, const ConsumerKey& key);

struct GroupEpoch {
  int32_t epoch = 0;
  int64_t topics_hash = 0;  // of the topics that members read: it shows that they have changed

  friend bool operator==(const GroupEpoch&, const GroupEpoch&) = default;
};

// The topics that an expression met when it was looked at last.
struct Resolved {
  std::vector<std::string> topics{};  // ascending
  int64_t version = 0;                // of the cluster's metadata
  int64_t at_ms = 0;                  // wall clock

  friend bool operator==(const Resolved&, const Resolved&) = default;
};

absl::StatusOr<Buffer> WriteGroupEpoch(const GroupEpoch& value);
absl::StatusOr<Buffer> WriteMember(const MemberFacts& facts);
absl::StatusOr<Buffer> WriteTargetEpoch(int32_t epoch);
absl::StatusOr<Buffer> WriteTarget(const Assignment& share);
absl::StatusOr<Buffer> WriteShare(const MemberShare& share);
absl::StatusOr<Buffer> WriteExpression(const Resolved& value);

// What a log says about one group, record by record.
struct StoredConsumerGroup {
  struct Member {
    std::optional<MemberFacts> facts{};  // none: what there is else means nothing
    Assignment target{};
    MemberShare share{};
  };

  std::optional<GroupEpoch> epoch{};  // none: there is no such group
  int32_t target_epoch = 0;
  bool has_topics_record = false;
  std::map<std::string, Member, std::less<>> members{};
  std::map<std::string, Resolved, std::less<>> expressions{};

  bool has_members() const;
  // Takes one record; without value what it is about is no more.
  absl::Status Apply(int16_t key_version, std::string_view member, std::optional<Bytes> value);

 private:
  absl::Status Set(ConsumerRecord kind, const std::string& member, Bytes value);
  void Remove(ConsumerRecord kind, std::string_view member);
};

}  // namespace varve::coordinator
