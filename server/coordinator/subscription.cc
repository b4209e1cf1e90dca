#include "server/coordinator/subscription.h"

#include "server/wire/reader.h"

namespace varve::coordinator {

bool AddSubscription(Bytes metadata, TopicSet& topics) {
  wire::Reader reader(metadata);
  int16_t version = -1;
  std::vector<std::string_view> names;
  reader(version, names);
  if (!reader.ok() || version < 0) return false;
  topics.insert(names.begin(), names.end());
  return true;
}

}  // namespace varve::coordinator
