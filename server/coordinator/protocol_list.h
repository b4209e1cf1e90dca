#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/bytes.h"

namespace varve::coordinator {

// A way to divide the work that a member knows ("range"), and what it tells the leader about
// itself in that protocol: bytes that only members understand.
struct Protocol {
  std::string_view name{};
  Bytes metadata{};
};

// A member's protocols, the one that it likes best first, in one piece of memory. Two lists are
// equal if names, metadata and order are.
class ProtocolList {
 public:
  ProtocolList() = default;
  // Copies. Of a name that is given twice the first counts, as in Kafka.
  explicit ProtocolList(std::span<const Protocol> protocols);

  bool empty() const { return packed_.empty(); }
  // The one at `position`, which moves to the next; nothing at the end. Start at 0. Views last as
  // long as the list.
  std::optional<Protocol> Next(size_t& position) const;
  std::optional<Bytes> Find(std::string_view name) const;

  bool operator==(const ProtocolList&) const = default;

 private:
  Buffer packed_;  // for each: two lengths of four bytes, the name, the metadata
};

}  // namespace varve::coordinator
