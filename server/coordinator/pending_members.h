#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/coordinator/text_hash.h"

namespace varve::coordinator {

// Ids that were handed out and not yet come back with a second join (KIP-394). They are no
// members, but a rebalance waits for them.
//
// At most kPendingMembersMax: then the oldest is forgotten, and its owner, should it still come,
// asks for another.
class PendingMembers {
 public:
  static constexpr size_t kPendingMembersMax = 10'000;

  void Add(std::string id, int64_t ends_ms);
  bool Contains(std::string_view id) const { return ids_.contains(id); }
  // Whether it was there.
  bool Erase(std::string_view id) { return ids_.erase(id) > 0; }
  // Forgets those whose time has come. Whether there were any.
  bool Expire(int64_t now_ms);

  bool empty() const { return ids_.empty(); }
  int64_t earliest_end_ms() const;  // looks at all of them; kNever if there are none

 private:
  struct Wait {
    int64_t ends_ms = 0;
    uint64_t order = 0;
  };

  absl::flat_hash_map<std::string, Wait, TextHash, std::equal_to<>> ids_;
  uint64_t next_order_ = 0;
};

}  // namespace varve::coordinator
