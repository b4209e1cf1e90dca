#include "server/coordinator/consumer/topics.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"

namespace varve::coordinator {
namespace {

template <typename T>
void Add(Buffer& bytes, T number) {
  const size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  StoreBigEndian(bytes.data() + at, number);
}

}  // namespace

int64_t TopicsHash(const TopicCatalog& catalog, const std::vector<std::string_view>& names) {
  Buffer bytes;
  for (const std::string_view name : names) {
    const std::optional<TopicFacts> topic = catalog.Find(name);
    if (!topic) continue;
    Add(bytes, topic->id.high);
    Add(bytes, topic->id.low);
    Add(bytes, static_cast<uint32_t>(topic->partitions));
  }
  if (bytes.empty()) return 0;
  return static_cast<int64_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace varve::coordinator
