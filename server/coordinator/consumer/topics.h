#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"

namespace varve::coordinator {

struct TopicFacts {
  Uuid id{};
  int32_t partitions = 0;
};

// The topics that there are, as groups need to know them.
class TopicCatalog {
 public:
  virtual ~TopicCatalog() = default;

  // Another one whenever something may have changed.
  virtual int64_t version() const = 0;
  virtual std::optional<TopicFacts> Find(std::string_view name) const = 0;
  // Names that `wanted` wants, ascending.
  virtual std::vector<std::string> Names(
      const std::function<bool(std::string_view)>& wanted) const = 0;
};

// A number that shows whether any of these topics has come, gone, or got partitions: 0 if none of
// them is there.
int64_t TopicsHash(const TopicCatalog& catalog, const std::vector<std::string_view>& names);

}  // namespace varve::coordinator
