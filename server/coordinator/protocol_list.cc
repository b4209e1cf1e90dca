#include "server/coordinator/protocol_list.h"

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <cstring>

#include "server/coordinator/text_hash.h"

namespace varve::coordinator {
namespace {

struct Lengths {
  uint32_t name = 0;
  uint32_t metadata = 0;
};

Lengths LengthsOf(const Protocol& protocol) {
  return {static_cast<uint32_t>(protocol.name.size()),
          static_cast<uint32_t>(protocol.metadata.size())};
}

}  // namespace

ProtocolList::ProtocolList(std::span<const Protocol> protocols) {
  size_t bytes = 0;
  for (const Protocol& each : protocols) {
    bytes += sizeof(Lengths) + each.name.size() + each.metadata.size();
  }
  packed_.reserve(bytes);
  absl::flat_hash_set<std::string_view, TextHash, std::equal_to<>> names;
  for (const Protocol& each : protocols) {
    if (!names.insert(each.name).second) continue;
    const Lengths lengths = LengthsOf(each);
    Append(packed_, std::as_bytes(std::span(&lengths, 1)));
    Append(packed_, AsBytes(each.name));
    Append(packed_, each.metadata);
  }
}

std::optional<Protocol> ProtocolList::Next(size_t& position) const {
  if (position == packed_.size()) return std::nullopt;
  Lengths lengths;
  std::memcpy(&lengths, packed_.data() + position, sizeof(lengths));
  const Bytes rest = Bytes(packed_).subspan(position + sizeof(lengths));
  position += sizeof(lengths) + lengths.name + lengths.metadata;
  return Protocol{.name = AsText(rest.first(lengths.name)),
                  .metadata = rest.subspan(lengths.name, lengths.metadata)};
}

std::optional<Bytes> ProtocolList::Find(std::string_view name) const {
  size_t position = 0;
  while (const auto protocol = Next(position)) {
    if (protocol->name == name) return protocol->metadata;
  }
  return std::nullopt;
}

}  // namespace varve::coordinator
