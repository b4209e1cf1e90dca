#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/cluster/topic_rules.h"

namespace varve::cluster {

// The topics whose names another name could collide with: those with '.' or '_'.
class Collisions {
 public:
  static bool Concerns(std::string_view name) {
    return name.find_first_of("._") != std::string_view::npos;
  }

  void Add(const std::string& name) {
    if (Concerns(name)) names_[CollisionKey(name)] = name;
  }
  void Remove(const std::string& name) {
    if (Concerns(name)) names_.erase(CollisionKey(name));
  }
  // The topic that `name` collides with, which may be called the same; nullptr if there is none.
  const std::string* Find(std::string_view name) const {
    if (!Concerns(name)) return nullptr;
    const auto found = names_.find(CollisionKey(name));
    return found != names_.end() ? &found->second : nullptr;
  }

 private:
  std::map<std::string, std::string> names_;  // by collision key
};

}  // namespace varve::cluster
