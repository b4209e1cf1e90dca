#include "server/broker/group_calls.h"

#include <limits>

#include "server/broker/fan_out.h"
#include "server/cluster/topic_rules.h"

namespace varve::broker {
namespace {

constexpr uint32_t kHashFactor = 31;

// Java's String.hashCode, over the UTF-16 units of a text in UTF-8. Bytes that are no UTF-8 count
// as they would after Java has read them: as the replacement character.
class JavaHash {
 public:
  void Add(uint32_t code_point) {
    if (code_point < 0x10000) return AddUnit(code_point);
    AddUnit(0xd800 + ((code_point - 0x10000) >> 10));
    AddUnit(0xdc00 + ((code_point - 0x10000) & 0x3ff));
  }
  int32_t value() const { return static_cast<int32_t>(hash_); }

 private:
  void AddUnit(uint32_t unit) { hash_ = kHashFactor * hash_ + unit; }

  uint32_t hash_ = 0;
};

// How many bytes a sequence has that begins with this one; 0 if none does.
size_t SequenceBytes(uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

// Takes the next code point off the front.
uint32_t NextCodePoint(std::string_view& text) {
  constexpr uint32_t kReplacement = 0xfffd;
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t bytes = SequenceBytes(first);
  uint32_t point = bytes <= 1 ? first : first & (0x7fU >> bytes);
  size_t used = 1;
  for (; used < bytes && used < text.size(); ++used) {
    const auto next = static_cast<uint8_t>(text[used]);
    if ((next & 0xc0U) != 0x80U) break;
    point = (point << 6) | (next & 0x3fU);
  }
  text.remove_prefix(used);
  return bytes == 0 || used < bytes ? kReplacement : point;
}

}  // namespace

int32_t PartitionOfId(std::string_view id, int32_t count) {
  JavaHash hash;
  while (!id.empty()) hash.Add(NextCodePoint(id));
  const int32_t value = hash.value();
  if (value == std::numeric_limits<int32_t>::min()) return 0;
  return (value < 0 ? -value : value) % count;
}

std::optional<GroupPlace> PlaceOfGroup(const RequestContext& context, std::string_view group_id) {
  const cluster::Topic* const topic = context.image().Find(cluster::kConsumerOffsetsTopic);
  if (topic == nullptr || topic->partitions.empty()) return std::nullopt;
  const int32_t index = PartitionOfId(group_id, static_cast<int32_t>(topic->partitions.size()));
  const size_t shard = ShardOf(*topic, index);
  return GroupPlace{shard, context.broker.shards[shard], {topic->id, index}};
}

wire::ErrorCode OfMissingCoordinator(Shard& shard, const PartitionKey& key) {
  if (shard.stopping()) return wire::ErrorCode::kNotCoordinator;
  return shard.IsLeftOut(key) ? wire::ErrorCode::kCoordinatorNotAvailable
                              : wire::ErrorCode::kCoordinatorLoadInProgress;
}

}  // namespace varve::broker
