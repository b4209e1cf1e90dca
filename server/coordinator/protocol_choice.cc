#include "server/coordinator/protocol_choice.h"

#include <algorithm>
#include <optional>

#include "engine/base/check.h"

namespace varve::coordinator {
namespace {

struct Votes {
  std::string_view name{};
  size_t count = 0;
};

std::optional<std::string_view> VoteOf(const ProtocolList& list, const ProtocolSupport& support,
                                       size_t members) {
  size_t position = 0;
  while (const auto protocol = list.Next(position)) {
    if (support.ByAll(protocol->name, members)) return protocol->name;
  }
  return std::nullopt;
}

void Count(std::string_view name, std::vector<Votes>& votes) {
  const auto found = std::ranges::find(votes, name, &Votes::name);
  if (found != votes.end()) {
    ++found->count;
  } else {
    votes.push_back({name, 1});
  }
}

}  // namespace

void ProtocolSupport::Add(const ProtocolList& list) {
  size_t position = 0;
  while (const auto protocol = list.Next(position)) ++counts_[protocol->name];
}

void ProtocolSupport::Remove(const ProtocolList& list) {
  size_t position = 0;
  while (const auto protocol = list.Next(position)) {
    const auto found = counts_.find(protocol->name);
    VARVE_CHECK(found != counts_.end(), "protocol {} was never added", protocol->name);
    if (--found->second == 0) counts_.erase(found);
  }
}

bool ProtocolSupport::ByAll(std::string_view name, size_t members) const {
  const auto found = counts_.find(name);
  return (found == counts_.end() ? 0 : found->second) == members;
}

bool ProtocolSupport::Meets(const ProtocolList& list, size_t members) const {
  return VoteOf(list, *this, members).has_value();
}

std::string ChooseProtocol(const std::vector<const ProtocolList*>& lists,
                           const ProtocolSupport& support) {
  std::vector<Votes> votes;
  for (const ProtocolList* list : lists) {
    if (const auto vote = VoteOf(*list, support, lists.size())) Count(*vote, votes);
  }
  const auto most = std::ranges::max_element(votes, {}, &Votes::count);
  return most == votes.end() ? std::string() : std::string(most->name);
}

}  // namespace varve::coordinator
