// What members read, and how it is divided among them.

#include <algorithm>
#include <utility>

#include "server/coordinator/consumer/group.h"
#include "server/coordinator/consumer/topic_pattern.h"

namespace varve::coordinator {

// What most members ask for; of those the one that the broker names first.
Assignor ConsumerGroup::ChosenAssignor() const {
  Assignor chosen = config_->assignors.front();
  int64_t most = 0;
  for (const Assignor each : config_->assignors) {
    const int64_t votes = std::ranges::count_if(
        members_, [&](const auto& member) { return member.second.facts.assignor == Name(each); });
    if (votes <= most) continue;
    most = votes;
    chosen = each;
  }
  return chosen;
}

void ConsumerGroup::AddTopicsOf(const ConsumerMember& member, TopicSet& names) const {
  names.insert(member.facts.topics.begin(), member.facts.topics.end());
  if (!member.facts.regex) return;
  const auto found = expressions_.find(*member.facts.regex);
  if (found == expressions_.end()) return;
  names.insert(found->second.topics.begin(), found->second.topics.end());
}

void ConsumerGroup::RaiseEpoch() {
  ++epoch_.epoch;
  unwritten_.Add(ConsumerRecord::kGroup);
  if (std::exchange(has_topics_record_, false)) unwritten_.Add(ConsumerRecord::kTopics);
}

// Whether topics that members read have come, gone or got partitions since. Looks only if any
// topic has, or if members read others.
bool ConsumerGroup::LookAtTopics(Now now) {
  const int64_t version = topics_->version();
  if (topics_seen_ == version) return false;
  topics_seen_ = version;
  ResolveExpressions(now);
  const TopicSet names = SubscribedTopics();
  const int64_t hash = TopicsHash(*topics_, {names.begin(), names.end()});
  if (hash == epoch_.topics_hash) return false;
  epoch_.topics_hash = hash;
  return true;
}

void ConsumerGroup::ResolveExpressions(Now now) {
  TopicSet wanted;
  for (const auto& [id, member] : members_) {
    if (member.facts.regex) wanted.insert(*member.facts.regex);
  }
  for (auto at = expressions_.begin(); at != expressions_.end();) {
    if (wanted.contains(at->first)) {
      ++at;
      continue;
    }
    unwritten_.Add(ConsumerRecord::kExpression, at->first);
    at = expressions_.erase(at);
  }
  for (const std::string& each : wanted) {
    const auto pattern = TopicPattern::Compile(each);
    std::vector<std::string> names;
    if (pattern.ok()) {
      names = topics_->Names([&](std::string_view name) { return pattern->Matches(name); });
    }
    const auto [found, is_new] = expressions_.try_emplace(each);
    if (!is_new && found->second.topics == names) continue;
    found->second = {std::move(names), topics_->version(), now.wall_ms};
    unwritten_.Add(ConsumerRecord::kExpression, each);
  }
}

void ConsumerGroup::Divide() {
  std::map<std::string, TopicFacts, std::less<>> known;
  std::vector<AssignorTopic> topics;
  for (const std::string& name : SubscribedTopics()) {
    const std::optional<TopicFacts> topic = topics_->Find(name);
    if (!topic) continue;
    known.emplace(name, *topic);
    topics.push_back({topic->id, topic->partitions});
  }
  std::ranges::sort(topics, {}, &AssignorTopic::id);
  std::vector<AssignorMember> members;
  members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    AssignorMember& each = members.emplace_back();
    each.id = id;
    if (member.facts.instance_id) each.instance_id = *member.facts.instance_id;
    each.current = member.target;
    TopicSet names;
    AddTopicsOf(member, names);
    for (const std::string& name : names) {
      if (const auto found = known.find(name); found != known.end()) {
        each.topics.push_back(found->second.id);
      }
    }
    std::ranges::sort(each.topics);
  }
  std::vector<Assignment> shares = Assign(ChosenAssignor(), members, topics);
  auto share = shares.begin();
  for (auto& [id, member] : members_) {
    if (member.target != *share) unwritten_.Add(ConsumerRecord::kTarget, id);
    member.target = std::move(*share++);
  }
  target_epoch_ = epoch_.epoch;
  unwritten_.Add(ConsumerRecord::kTargetEpoch);
}

}  // namespace varve::coordinator
