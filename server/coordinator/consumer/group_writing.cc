// The group as records of its log.

#include <array>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "server/coordinator/consumer/group.h"

namespace varve::coordinator {
namespace {

// The order in which Kafka wants to read them: those who are gone give back what they had before
// anybody is said to have it.
constexpr std::array kGoing = {ConsumerRecord::kShare, ConsumerRecord::kTarget,
                               ConsumerRecord::kMember};
constexpr std::array kStaying = {ConsumerRecord::kMember, ConsumerRecord::kExpression,
                                 ConsumerRecord::kTopics, ConsumerRecord::kGroup,
                                 ConsumerRecord::kTarget, ConsumerRecord::kTargetEpoch,
                                 ConsumerRecord::kShare};
constexpr std::array kEnding = {ConsumerRecord::kShare,       ConsumerRecord::kTarget,
                                ConsumerRecord::kTargetEpoch, ConsumerRecord::kMember,
                                ConsumerRecord::kExpression,  ConsumerRecord::kTopics,
                                ConsumerRecord::kGroup};

bool IsOfMember(ConsumerRecord kind) {
  return kind == ConsumerRecord::kMember || kind == ConsumerRecord::kTarget ||
         kind == ConsumerRecord::kShare;
}

template <typename Value>
absl::StatusOr<std::optional<Buffer>> Wrap(absl::StatusOr<Value> bytes) {
  RETURN_IF_ERROR(bytes.status());
  return std::optional<Buffer>(*std::move(bytes));
}

template <size_t kCount, typename Wanted>
void Pick(const std::vector<RecordId>& ids, const std::array<ConsumerRecord, kCount>& kinds,
          Wanted wanted, std::vector<RecordId>& picked) {
  for (const ConsumerRecord kind : kinds) {
    for (const RecordId& id : ids) {
      if (id.kind == kind && wanted(id)) picked.push_back(id);
    }
  }
}

}  // namespace

// Nothing: it is no more.
absl::StatusOr<std::optional<Buffer>> ConsumerGroup::ValueOf(const RecordId& id) const {
  if (id.kind == ConsumerRecord::kGroup) return Wrap(WriteGroupEpoch(epoch_));
  if (id.kind == ConsumerRecord::kTargetEpoch) return Wrap(WriteTargetEpoch(target_epoch_));
  if (id.kind == ConsumerRecord::kExpression) {
    const auto found = expressions_.find(id.member);
    if (found == expressions_.end()) return std::nullopt;
    return Wrap(WriteExpression(found->second));
  }
  const auto found = members_.find(id.member);
  if (found == members_.end() || id.kind == ConsumerRecord::kTopics) return std::nullopt;
  if (id.kind == ConsumerRecord::kMember) return Wrap(WriteMember(found->second.facts));
  if (id.kind == ConsumerRecord::kTarget) return Wrap(WriteTarget(found->second.target));
  return Wrap(WriteShare(found->second.share));
}

// Ids and expressions that do not fit a key were refused before anything was made of them, and in
// values any text has room.
ConsumerGroup::Changes ConsumerGroup::Take(std::string_view group_id) {
  const std::vector<RecordId> ids = unwritten_.Take();
  Changes changes;
  const auto is_gone = [&](const RecordId& id) {
    return IsOfMember(id.kind) && !members_.contains(id.member);
  };
  Pick(ids, kGoing, is_gone, changes.ids);
  Pick(ids, kStaying, [&](const RecordId& id) { return !is_gone(id); }, changes.ids);
  for (const RecordId& id : changes.ids) {
    auto key = WriteConsumerKey(id.kind, {group_id, id.member});
    auto value = ValueOf(id);
    VARVE_CHECK(key.ok() && value.ok(), "a record of {} cannot be written", group_id);
    changes.records.push_back({*std::move(key), *std::move(value)});
  }
  return changes;
}

std::vector<LogRecord> ConsumerGroup::Tombstones(std::string_view group_id) {
  for (const auto& [expression, resolved] : expressions_) {
    unwritten_.Add(ConsumerRecord::kExpression, expression);
  }
  unwritten_.Add(ConsumerRecord::kGroup);
  unwritten_.Add(ConsumerRecord::kTargetEpoch);
  if (has_topics_record_) unwritten_.Add(ConsumerRecord::kTopics);
  std::vector<RecordId> ids;
  Pick(unwritten_.Take(), kEnding, [](const RecordId&) { return true; }, ids);
  std::vector<LogRecord> records;
  for (const RecordId& id : ids) {
    auto key = WriteConsumerKey(id.kind, {group_id, id.member});
    if (key.ok()) records.push_back({*std::move(key), std::nullopt});
  }
  return records;
}

}  // namespace varve::coordinator
