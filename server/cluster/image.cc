#include "server/cluster/image.h"

namespace varve::cluster {

const PartitionState* Image::FindPartition(std::string_view name, int32_t partition) const {
  const Topic* topic = Find(name);
  if (topic == nullptr || partition < 0) return nullptr;
  const auto index = static_cast<size_t>(partition);
  return index < topic->partitions.size() ? &topic->partitions[index] : nullptr;
}

}  // namespace varve::cluster
