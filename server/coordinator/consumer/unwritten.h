#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/consumer/records.h"

namespace varve::coordinator {

// One record of a group, told by its key.
struct RecordId {
  ConsumerRecord kind{};
  std::string member{};  // or the expression

  friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

// Which records of a group say something else in its log than they should. What each is to say is
// the group's state when it is written: a change that could not be written is made good by the
// next one, and never overtakes it.
class Unwritten {
 public:
  void Add(ConsumerRecord kind, std::string_view member = {}) {
    ids_.insert({kind, std::string(member)});
  }
  // The three of a member.
  void AddMember(std::string_view member) {
    Add(ConsumerRecord::kMember, member);
    Add(ConsumerRecord::kTarget, member);
    Add(ConsumerRecord::kShare, member);
  }
  void AddAgain(const std::vector<RecordId>& ids) { ids_.insert(ids.begin(), ids.end()); }

  bool empty() const { return ids_.empty(); }
  std::vector<RecordId> Take() {
    std::vector<RecordId> taken(ids_.begin(), ids_.end());
    ids_.clear();
    return taken;
  }

 private:
  std::set<RecordId> ids_;
};

}  // namespace varve::coordinator
