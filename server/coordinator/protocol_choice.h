#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/protocol_list.h"
#include "server/coordinator/text_hash.h"

namespace varve::coordinator {

// How many members know each protocol, so that a join need not look at all members.
class ProtocolSupport {
 public:
  void Add(const ProtocolList& list);
  // A list that was added.
  void Remove(const ProtocolList& list);

  // Whether each of `members` members knows it.
  bool ByAll(std::string_view name, size_t members) const;
  // Whether `list` has a protocol that each of `members` members knows.
  bool Meets(const ProtocolList& list, size_t members) const;

 private:
  absl::flat_hash_map<std::string, size_t, TextHash, std::equal_to<>> counts_;
};

// Kafka's vote: each member is for the first of its protocols that all members know; the protocol
// with the most votes wins, and of equals the one that an older member is for. `lists` are those
// of all members, the oldest member first. Empty if no protocol is known to all.
std::string ChooseProtocol(const std::vector<const ProtocolList*>& lists,
                           const ProtocolSupport& support);

}  // namespace varve::coordinator
