#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/task.h"
#include "engine/io/work.h"
#include "server/broker/context.h"
#include "server/broker/fan_out.h"
#include "server/broker/group_coordinators.h"

// From a handler to the coordinators of groups: one message to each shard that has some.
namespace varve::broker {

// Where the groups of one partition of __consumer_offsets are looked after.
struct GroupPlace {
  size_t shard_index = 0;
  Shard* shard = nullptr;
  PartitionKey key{};
};

// The partition of `count` to which an id belongs, by Kafka's rule: the hash of Java's strings.
int32_t PartitionOfId(std::string_view id, int32_t count);

// Nothing: __consumer_offsets is not there yet.
std::optional<GroupPlace> PlaceOfGroup(const RequestContext& context, std::string_view group_id);

// Why there is no coordinator for a partition that should be this shard's.
wire::ErrorCode OfMissingCoordinator(Shard& shard, const PartitionKey& key);

namespace group_calls_internal {

template <typename Function>
io::Task<wire::ErrorCode> CallHere(GroupPlace place, Function& function) {
  using Result = std::invoke_result_t<Function&, coordinator::GroupCoordinator&>;
  coordinator::GroupCoordinator* const groups = place.shard->groups().Find(place.key);
  if (groups == nullptr) co_return OfMissingCoordinator(*place.shard, place.key);
  wire::ErrorCode error = groups->Enter();
  if (error != wire::ErrorCode::kNone) co_return error;
  if constexpr (std::is_same_v<Result, io::Task<wire::ErrorCode>>) {
    error = co_await function(*groups);
  } else if constexpr (std::is_same_v<Result, io::Task<void>>) {
    co_await function(*groups);
  } else if constexpr (std::is_same_v<Result, wire::ErrorCode>) {
    error = function(*groups);
  } else {
    function(*groups);
  }
  groups->Leave();
  co_return error;
}

}  // namespace group_calls_internal

// Calls `function` with the group's coordinator, where that lives. It returns an ErrorCode,
// nothing, or a Task of either; its error is passed on, beside those of not getting there:
// kCoordinatorLoadInProgress, kNotCoordinator, kCoordinatorNotAvailable.
//
//   auto beat = [&](GroupCoordinator& groups) { return groups.Heartbeat(id, claim); };
//   const ErrorCode error = co_await AskCoordinator(context, id, beat);
template <typename Function>
io::Task<wire::ErrorCode> AskCoordinator(const RequestContext& context, std::string_view group_id,
                                         Function& function) {
  const std::optional<GroupPlace> place = PlaceOfGroup(context, group_id);
  if (!place) co_return wire::ErrorCode::kNotCoordinator;
  auto call = [&] { return group_calls_internal::CallHere(*place, function); };
  co_return co_await io::CallOn(context.shard.loop(), place->shard->loop(), call);
}

// What a request about many groups asks about one of them. Whoever derives from it has
// Ask(GroupCoordinator&), which returns what `function` above may.
struct GroupQuestion {
  std::string_view group_id{};
  wire::ErrorCode error = wire::ErrorCode::kNone;  // set before: it is not asked
  GroupPlace place{};
};

namespace group_calls_internal {

inline constexpr size_t kAskedInATurn = 64;

template <typename Question>
io::Task<void> AskAllHere(Shard& shard, Items<Question> questions) {
  size_t asked = 0;
  for (Question* const question : questions) {
    auto ask = [&](coordinator::GroupCoordinator& groups) { return question->Ask(groups); };
    question->error = co_await CallHere(question->place, ask);
    if (++asked % kAskedInATurn != 0) continue;
    io::Yield turn{shard.loop()};
    co_await turn;
  }
}

}  // namespace group_calls_internal

// Asks all at once, in one message to each shard; there in the order of the request. Errors as of
// AskCoordinator.
template <typename Question>
io::Task<void> AskCoordinators(RequestContext& context, std::deque<Question>& questions) {
  ByShard<Question> by_shard(context.broker.shards.size());
  for (Question& question : questions) {
    if (question.error != wire::ErrorCode::kNone) continue;
    const std::optional<GroupPlace> place = PlaceOfGroup(context, question.group_id);
    if (place) {
      question.place = *place;
      by_shard[place->shard_index].push_back(&question);
    } else {
      question.error = wire::ErrorCode::kNotCoordinator;
    }
  }
  co_await FanOut<Question>(context, std::move(by_shard),
                            group_calls_internal::AskAllHere<Question>);
}

}  // namespace varve::broker
