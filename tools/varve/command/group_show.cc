#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "server/wire/delete_groups.h"
#include "server/wire/list_offsets.h"
#include "tools/text/amount.h"
#include "tools/varve/client/errors.h"
#include "tools/varve/command/group.h"
#include "tools/varve/facts/groups.h"

namespace varve::cli {
namespace {

using wire::ErrorCode;

// How far one partition has been read.
struct Reading {
  TopicPartition partition;
  std::optional<int64_t> committed;
  std::optional<int64_t> end;
  const MemberFacts* member = nullptr;  // who reads it now

  std::optional<int64_t> lag() const {
    if (!committed || !end) return std::nullopt;
    return std::max<int64_t>(0, *end - *committed);
  }
};

struct Description {
  GroupFacts group;
  std::vector<Reading> readings;

  int64_t lag() const {
    int64_t sum = 0;
    for (const Reading& reading : readings) sum += reading.lag().value_or(0);
    return sum;
  }
};

std::string Number(const std::optional<int64_t>& number) {
  return number ? fmt::format("{}", *number) : "-";
}

// Partitions as "orders:0,1,2 users:0".
std::string Share(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::string> topics;
  for (const TopicPartition& one : partitions) {
    std::string& list = topics[one.topic];
    list += fmt::format("{}{}", list.empty() ? "" : ",", one.partition);
  }
  std::string text;
  for (const auto& [topic, list] : topics) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", topic, list);
  }
  return text.empty() ? "-" : text;
}

std::vector<Reading> Readings(const GroupFacts& group, const CommittedMap& committed) {
  std::map<TopicPartition, Reading> readings;
  for (const auto& [partition, offset] : committed) readings[partition].committed = offset;
  for (const MemberFacts& member : group.members) {
    for (const TopicPartition& partition : member.partitions) {
      readings[partition].member = &member;
    }
  }
  std::vector<Reading> list;
  for (auto& [partition, reading] : readings) {
    reading.partition = partition;
    list.push_back(reading);
  }
  return list;
}

// Ends of the partitions that are still there.
io::Task<absl::Status> AddEnds(Client& client, std::vector<Reading>& readings) {
  CO_ASSIGN_OR_RETURN(auto topics, co_await AllTopics(client));
  std::set<std::string> wanted;
  for (const Reading& reading : readings) wanted.insert(reading.partition.topic);
  std::erase_if(topics, [&](const TopicFacts& topic) { return !wanted.contains(topic.name); });
  CO_ASSIGN_OR_RETURN(const auto ends, co_await OffsetsAt(client, topics, wire::kLatestTimestamp));
  for (Reading& reading : readings) {
    const auto found = ends.find(reading.partition);
    if (found != ends.end() && found->second.offset >= 0) reading.end = found->second.offset;
  }
  co_return absl::OkStatus();
}

void AddReading(text::JsonWriter& json, const Reading& reading) {
  json.BeginObject().Field("topic", reading.partition.topic);
  json.Field("partition", reading.partition.partition).Field("committed", reading.committed);
  json.Field("endOffset", reading.end).Field("lag", reading.lag());
  if (reading.member != nullptr) json.Field("member", reading.member->id);
  json.EndObject();
}

void AddMember(text::JsonWriter& json, const MemberFacts& member) {
  json.BeginObject().Field("member", member.id);
  if (!member.instance.empty()) json.Field("instance", member.instance);
  json.Field("client", member.client).Field("host", member.host);
  json.Key("partitions").BeginArray();
  for (const TopicPartition& partition : member.partitions) {
    json.BeginObject().Field("topic", partition.topic).Field("partition", partition.partition);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

void AddGroup(text::JsonWriter& json, const Description& shown) {
  const GroupFacts& group = shown.group;
  json.BeginObject().Field("group", group.name).Field("state", group.state);
  json.Field("type", group.type).Field("assignor", group.assignor).Field("lag", shown.lag());
  json.Key("offsets").BeginArray();
  for (const Reading& reading : shown.readings) AddReading(json, reading);
  json.EndArray().Key("members").BeginArray();
  for (const MemberFacts& member : group.members) AddMember(json, member);
  json.EndArray().EndObject();
}

void PrintOffsets(Output& out, const Description& shown) {
  if (shown.readings.empty()) {
    out.Line("It has committed nothing.");
    return;
  }
  text::Table table({"TOPIC", ">PARTITION", ">COMMITTED", ">END", ">LAG", "CLIENT", "HOST"});
  for (const Reading& reading : shown.readings) {
    const MemberFacts* member = reading.member;
    table.Add({reading.partition.topic, fmt::format("{}", reading.partition.partition),
               Number(reading.committed), Number(reading.end), Number(reading.lag()),
               member != nullptr ? member->client : "-", member != nullptr ? member->host : "-"});
  }
  out.Print(table);
}

void PrintMembers(Output& out, const std::vector<MemberFacts>& members) {
  if (members.empty()) return;
  text::Table table({"MEMBER", "INSTANCE", "CLIENT", "HOST", "SHARE"});
  for (const MemberFacts& member : members) {
    table.Add({member.id, member.instance.empty() ? "-" : member.instance, member.client,
               member.host, Share(member.partitions)});
  }
  out.Write("\n");
  out.Print(table);
}

void PrintGroup(Output& out, const Description& shown) {
  const GroupFacts& group = shown.group;
  out.Line(fmt::format("Group {}: {}, {} member{}, lag {}", group.name, group.state,
                       group.members.size(), group.members.size() == 1 ? "" : "s",
                       text::CountText(shown.lag())));
  out.Line(fmt::format("  type       {}", group.type));
  if (!group.assignor.empty()) out.Line(fmt::format("  assignor   {}", group.assignor));
  out.Write("\n");
  PrintOffsets(out, shown);
  PrintMembers(out, group.members);
}

ErrorCode DeletionError(const wire::DeleteGroupsResponse& response) {
  return response.results.empty() ? ErrorCode::kNone : response.results.front().error_code;
}

bool Wanted(const GroupListed& group, const std::vector<std::string>& states) {
  return states.empty() || std::any_of(states.begin(), states.end(), [&](const std::string& state) {
           return std::equal(state.begin(), state.end(), group.state.begin(), group.state.end(),
                             [](char a, char b) { return (a | 0x20) == (b | 0x20); });
         });
}

text::JsonWriter ListJson(const std::vector<GroupListed>& groups) {
  text::JsonWriter json;
  json.BeginArray();
  for (const GroupListed& group : groups) {
    json.BeginObject().Field("group", group.name).Field("state", group.state);
    json.Field("type", group.type).Field("protocol", group.protocol);
    json.Field("coordinator", group.coordinator).EndObject();
  }
  json.EndArray();
  return json;
}

text::Table ListTable(const std::vector<GroupListed>& groups) {
  text::Table table({"GROUP", "STATE", "TYPE", "PROTOCOL", ">COORDINATOR"});
  for (const GroupListed& group : groups) {
    table.Add({group.name, group.state, group.type, group.protocol.empty() ? "-" : group.protocol,
               fmt::format("{}", group.coordinator)});
  }
  return table;
}

}  // namespace

io::Task<absl::Status> ListGroups(Session& session, const ListGroupsOptions& options) {
  CO_ASSIGN_OR_RETURN(auto groups, co_await AllGroups(session.client));
  std::erase_if(groups, [&](const GroupListed& group) { return !Wanted(group, options.states); });
  if (session.json()) {
    text::JsonWriter json = ListJson(groups);
    session.out.Print(json);
  } else if (groups.empty()) {
    session.out.Line(options.states.empty() ? "there are no groups"
                                            : "there are no groups in such a state");
  } else {
    session.out.Print(ListTable(groups));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> DescribeGroups(Session& session, const DescribeGroupOptions& options) {
  text::JsonWriter json;
  json.BeginArray();
  for (const std::string& name : options.names) {
    Description shown;
    CO_ASSIGN_OR_RETURN(shown.group, co_await DescribeGroup(session.client, name));
    CO_ASSIGN_OR_RETURN(const auto committed, co_await Committed(session.client, name));
    shown.readings = Readings(shown.group, committed);
    CO_RETURN_IF_ERROR(co_await AddEnds(session.client, shown.readings));
    if (session.json()) {
      AddGroup(json, shown);
    } else {
      if (name != options.names.front()) session.out.Write("\n");
      PrintGroup(session.out, shown);
    }
  }
  json.EndArray();
  if (session.json()) session.out.Print(json);
  co_return absl::OkStatus();
}

io::Task<absl::Status> DeleteGroups(Session& session, const DeleteGroupOptions& options) {
  absl::Status result;
  for (const std::string& name : options.names) {
    wire::DeleteGroupsRequest request;
    request.groups_names.emplace_back(name);
    CO_ASSIGN_OR_RETURN(const auto reply, co_await session.client.Call<wire::DeleteGroupsResponse>(
                                              Target::Coordinator(name), request, &DeletionError));
    const ErrorCode error = DeletionError(reply.body);
    if (error == ErrorCode::kGroupIdNotFound) {
      // For its words about what may have been meant.
      result.Update((co_await DescribeGroup(session.client, name)).status());
    }
    result.Update(ToStatus(error, "", "group " + name));
    if (error != ErrorCode::kNone) continue;
    if (session.json()) {
      text::JsonWriter json;
      json.BeginObject().Field("group", name).Field("result", "deleted").EndObject();
      session.out.Print(json);
    } else {
      session.out.Line("deleted group " + name);
    }
  }
  co_return result;
}

}  // namespace varve::cli
