#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/member.h"
#include "server/coordinator/protocol_choice.h"
#include "server/coordinator/text_hash.h"
#include "server/wire/error.h"

namespace varve::coordinator {

// The members of a group: by id, by instance id, in the order in which they joined. Keeps the
// sums that spare looking at all of them.
//
// Lifetime  A Member stays where it is until it is removed; the table may be moved.
//           Its id, instance id, protocols and parked join are changed only through the table.
class MemberTable {
 public:
  using Ordered = absl::btree_map<uint64_t, std::unique_ptr<Member>>;

  // Nullptr if there is none.
  Member* Find(std::string_view id) const;
  Member* FindStatic(std::string_view instance_id) const;
  // The member that a request speaks for, or why not:
  //   kUnknownMemberId    neither a member of that id nor of that instance id
  //   kFencedInstanceId   another member has taken over the instance id
  Member* Find(std::string_view id, const std::optional<std::string_view>& instance_id,
               wire::ErrorCode& error) const;

  // Neither its id nor its instance id is in the table yet.
  Member& Add(Member member);
  void Remove(Member& member);
  // A static member goes on under another id, in its old place.
  void Rename(Member& member, std::string id);
  void SetProtocols(Member& member, ProtocolList protocols);
  // Puts `token` into the place of the parked join, which is given back.
  std::optional<Token> SetJoin(Member& member, std::optional<Token> token);

  const Ordered& ordered() const { return ordered_; }
  size_t size() const { return ordered_.size(); }
  bool empty() const { return ordered_.empty(); }
  size_t joins_parked() const { return joins_parked_; }
  bool SupportAnyOf(const ProtocolList& list) const { return support_.Meets(list, size()); }

  // These look at all members.
  std::string ChooseProtocol() const;
  int64_t RebalanceTimeoutMs() const;  // the longest; 0 without members
  template <typename Predicate>
  std::vector<Member*> Where(Predicate predicate) const {
    std::vector<Member*> found;
    for (const auto& [order, member] : ordered_) {
      if (predicate(*member)) found.push_back(member.get());
    }
    return found;
  }

 private:
  using ByText = absl::flat_hash_map<std::string_view, Member*, TextHash, std::equal_to<>>;

  Ordered ordered_;
  ByText by_id_;        // keys are the members' own
  ByText by_instance_;  // likewise
  ProtocolSupport support_;
  size_t joins_parked_ = 0;
  uint64_t next_order_ = 0;
};

}  // namespace varve::coordinator
