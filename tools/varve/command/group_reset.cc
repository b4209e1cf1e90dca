#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "server/wire/list_offsets.h"
#include "server/wire/offset_commit.h"
#include "tools/text/amount.h"
#include "tools/varve/client/errors.h"
#include "tools/varve/command/group.h"
#include "tools/varve/facts/groups.h"
#include "tools/varve/facts/reset.h"

namespace varve::cli {
namespace {

using wire::ErrorCode;

constexpr int kByName = 9;  // the last version of OffsetCommit that names topics

struct Move {
  TopicPartition partition;
  std::optional<int64_t> from;
  int64_t to = 0;
};

int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

absl::StatusOr<ResetTarget> TimeTarget(const ResetOffsetsOptions& options) {
  using Kind = ResetTarget::Kind;
  if (options.to_time) {
    ASSIGN_OR_RETURN(const int64_t time, ParseMoment(*options.to_time, NowMs()));
    return ResetTarget{Kind::kTime, time};
  }
  const auto ago = text::ParseDuration(*options.by_duration);
  if (!ago) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no duration: give 1h30m, 7d or PT15M", *options.by_duration));
  }
  return ResetTarget{Kind::kTime, std::max<int64_t>(0, NowMs() - *ago)};
}

absl::StatusOr<ResetTarget> TargetOf(const ResetOffsetsOptions& options) {
  using Kind = ResetTarget::Kind;
  const int given = int{options.to_earliest} + int{options.to_latest} + int{options.to_current} +
                    int{options.to_offset.has_value()} + int{options.shift_by.has_value()} +
                    int{options.to_time.has_value()} + int{options.by_duration.has_value()};
  if (given != 1) {
    return absl::InvalidArgumentError(
        "say once where to: --to-earliest, --to-latest, --to-current, --to-offset, --shift-by, "
        "--to-time or --by-duration");
  }
  if (options.to_earliest) return ResetTarget{Kind::kEarliest, 0};
  if (options.to_latest) return ResetTarget{Kind::kLatest, 0};
  if (options.to_current) return ResetTarget{Kind::kCurrent, 0};
  if (options.to_offset) return ResetTarget{Kind::kOffset, *options.to_offset};
  if (options.shift_by) return ResetTarget{Kind::kShift, *options.shift_by};
  return TimeTarget(options);
}

absl::StatusOr<std::vector<TopicChoice>> ChoicesOf(const ResetOffsetsOptions& options,
                                                   const CommittedMap& committed) {
  std::vector<TopicChoice> choices;
  if (options.all_topics) {
    for (const auto& [partition, offset] : committed) {
      if (choices.empty() || choices.back().topic != partition.topic) {
        choices.push_back({partition.topic, {}});
      }
    }
    return choices;
  }
  for (const std::string& text : options.topics) {
    ASSIGN_OR_RETURN(choices.emplace_back(), ParseTopicChoice(text));
  }
  return choices;
}

io::Task<absl::StatusOr<std::vector<TopicFacts>>> Chosen(Client& client,
                                                         std::vector<TopicChoice> choices) {
  std::vector<std::string> names;
  names.reserve(choices.size());
  for (const TopicChoice& choice : choices) names.push_back(choice.topic);
  CO_ASSIGN_OR_RETURN(auto topics, co_await NamedTopics(client, names));
  for (size_t i = 0; i < topics.size(); ++i) {
    const auto& wanted = choices[i].partitions;
    const auto count = static_cast<int32_t>(topics[i].partitions.size());
    for (const int32_t index : wanted) {
      if (index < count) continue;
      co_return absl::NotFoundError(
          fmt::format("topic {} has partitions 0 to {} only", topics[i].name, count - 1));
    }
    std::erase_if(topics[i].partitions, [&](const PartitionFacts& partition) {
      return !wanted.empty() &&
             std::find(wanted.begin(), wanted.end(), partition.index) == wanted.end();
    });
  }
  co_return topics;
}

int64_t OffsetIn(const OffsetMap& offsets, const TopicPartition& partition) {
  const auto found = offsets.find(partition);
  return found == offsets.end() ? -1 : found->second.offset;
}

std::vector<Move> Moves(const ResetTarget& target, const CommittedMap& committed,
                        const OffsetMap& starts, const OffsetMap& ends, const OffsetMap& at_time) {
  std::vector<Move> moves;
  for (const auto& [partition, end] : ends) {
    const LogRange range{OffsetIn(starts, partition), end.offset, OffsetIn(at_time, partition)};
    if (range.start < 0 || range.end < range.start) continue;
    const auto found = committed.find(partition);
    const auto from = found == committed.end() ? std::nullopt : std::optional(found->second);
    const auto to = NewOffset(target, range, from);
    if (to) moves.push_back({partition, from, *to});
  }
  return moves;
}

io::Task<absl::StatusOr<std::vector<Move>>> PlanMoves(Session& session,
                                                      const ResetOffsetsOptions& options,
                                                      ResetTarget target) {
  Client& client = session.client;
  CO_ASSIGN_OR_RETURN(const auto committed, co_await Committed(client, options.group));
  CO_ASSIGN_OR_RETURN(auto choices, ChoicesOf(options, committed));
  CO_ASSIGN_OR_RETURN(const auto topics, co_await Chosen(client, std::move(choices)));
  CO_ASSIGN_OR_RETURN(const auto starts,
                      co_await OffsetsAt(client, topics, wire::kEarliestTimestamp));
  CO_ASSIGN_OR_RETURN(const auto ends, co_await OffsetsAt(client, topics, wire::kLatestTimestamp));
  OffsetMap at_time;
  if (target.kind == ResetTarget::Kind::kTime) {
    CO_ASSIGN_OR_RETURN(at_time, co_await OffsetsAt(client, topics, target.number));
  }
  co_return Moves(target, committed, starts, ends, at_time);
}

// A group that is not there is made by what is committed; members would go on where they are.
io::Task<absl::Status> CheckUnused(Client& client, std::string name) {
  const auto group = co_await DescribeGroup(client, name);
  if (absl::IsNotFound(group.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(group.status());
  if (!group->in_use()) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError(fmt::format(
      "group {} has {} member{} ({}): its offsets can be reset when they have stopped", name,
      group->members.size(), group->members.size() == 1 ? "" : "s", group->state));
}

ErrorCode FirstError(const wire::OffsetCommitResponse& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone) return partition.error_code;
    }
  }
  return ErrorCode::kNone;
}

wire::OffsetCommitRequest CommitRequest(const std::string& group, const std::vector<Move>& moves) {
  wire::OffsetCommitRequest request;
  request.group_id = group;
  for (const Move& move : moves) {
    if (request.topics.empty() || request.topics.back().name != move.partition.topic) {
      request.topics.emplace_back().name = move.partition.topic;
    }
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.index = move.partition.partition;
    partition.committed_offset = move.to;
    partition.committed_metadata = "";
  }
  return request;
}

io::Task<absl::Status> Commit(Client& client, std::string group, std::vector<Move> moves) {
  const wire::OffsetCommitRequest request = CommitRequest(group, moves);
  CO_ASSIGN_OR_RETURN(const auto reply,
                      co_await client.Call<wire::OffsetCommitResponse>(
                          Target::Coordinator(group), request, &FirstError, kByName));
  co_return ToStatus(FirstError(reply.body), "", "group " + group);
}

void Show(Session& session, const ResetOffsetsOptions& options, const std::vector<Move>& moves) {
  if (session.json()) {
    text::JsonWriter json;
    json.BeginObject().Field("group", options.group).Flag("executed", options.execute);
    json.Key("offsets").BeginArray();
    for (const Move& move : moves) {
      json.BeginObject().Field("topic", move.partition.topic);
      json.Field("partition", move.partition.partition).Field("from", move.from);
      json.Field("to", move.to).EndObject();
    }
    json.EndArray().EndObject();
    session.out.Print(json);
    return;
  }
  text::Table table({"TOPIC", ">PARTITION", ">FROM", ">TO"});
  for (const Move& move : moves) {
    table.Add({move.partition.topic, fmt::format("{}", move.partition.partition),
               move.from ? fmt::format("{}", *move.from) : "-", fmt::format("{}", move.to)});
  }
  session.out.Print(table);
  session.out.Line(options.execute ? fmt::format("\ngroup {} goes on there", options.group)
                                   : "\nnothing was changed: this is what --execute would do");
}

}  // namespace

io::Task<absl::Status> ResetOffsets(Session& session, const ResetOffsetsOptions& options) {
  CO_ASSIGN_OR_RETURN(const ResetTarget target, TargetOf(options));
  if (options.topics.empty() != options.all_topics) {
    co_return absl::InvalidArgumentError("say once of what: --topic, or --all-topics");
  }
  CO_RETURN_IF_ERROR(co_await CheckUnused(session.client, options.group));
  CO_ASSIGN_OR_RETURN(const auto moves, co_await PlanMoves(session, options, target));
  if (moves.empty()) {
    co_return absl::NotFoundError(
        fmt::format("group {} has no offsets there that could be moved", options.group));
  }
  if (options.execute) CO_RETURN_IF_ERROR(co_await Commit(session.client, options.group, moves));
  Show(session, options, moves);
  co_return absl::OkStatus();
}

}  // namespace varve::cli
