#include "server/cluster/topic_table.h"

#include <utility>

#include "server/cluster/image.h"

namespace varve::cluster {
namespace {

// What a table by this key sorts by.
template <typename Key>
Key KeyOf(const TopicRef& topic);
template <>
std::string_view KeyOf(const TopicRef& topic) {
  return topic->name;
}
template <>
Uuid KeyOf(const TopicRef& topic) {
  return topic->id;
}

template <typename Key>
bool Before(const TopicRef& topic, const Key& key) {
  return KeyOf<Key>(topic) < key;
}

}  // namespace

// The last leaf that begins at or before `key`; the first one for a key before all.
template <typename Key>
size_t SortedTopics<Key>::LeafOf(const Key& key) const {
  const auto begins_after = [](const Key& wanted, const LeafRef& leaf) {
    return wanted < KeyOf<Key>(leaf->front());
  };
  const auto after = std::upper_bound(leaves_.begin(), leaves_.end(), key, begins_after);
  return after == leaves_.begin() ? 0 : static_cast<size_t>(after - leaves_.begin()) - 1;
}

template <typename Key>
const TopicRef& SortedTopics<Key>::Find(const Key& key) const {
  static const TopicRef kNone;
  if (leaves_.empty()) return kNone;
  const Leaf& leaf = *leaves_[LeafOf(key)];
  const auto at = std::lower_bound(leaf.begin(), leaf.end(), key, Before<Key>);
  return at != leaf.end() && KeyOf<Key>(*at) == key ? *at : kNone;
}

template <typename Key>
void SortedTopics<Key>::Put(TopicRef topic) {
  if (leaves_.empty()) {
    leaves_.push_back(std::make_shared<Leaf>(1, std::move(topic)));
    return;
  }
  const Key key = KeyOf<Key>(topic);
  const size_t index = LeafOf(key);
  auto leaf = std::make_shared<Leaf>(*leaves_[index]);
  const auto at = std::lower_bound(leaf->begin(), leaf->end(), key, Before<Key>);
  if (at != leaf->end() && KeyOf<Key>(*at) == key) {
    *at = std::move(topic);
  } else {
    leaf->insert(at, std::move(topic));
  }
  if (leaf->size() > kLeafMax) {
    const auto middle = leaf->begin() + static_cast<std::ptrdiff_t>(leaf->size() / 2);
    auto upper = std::make_shared<Leaf>(middle, leaf->end());
    leaf->erase(middle, leaf->end());
    leaves_.insert(leaves_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(upper));
  }
  leaves_[index] = std::move(leaf);
}

template <typename Key>
void SortedTopics<Key>::Remove(const Key& key) {
  if (Find(key) == nullptr) return;
  const size_t index = LeafOf(key);
  auto leaf = std::make_shared<Leaf>(*leaves_[index]);
  leaf->erase(std::lower_bound(leaf->begin(), leaf->end(), key, Before<Key>));
  if (leaf->empty()) {
    leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(index));
  } else {
    leaves_[index] = std::move(leaf);
  }
}

template class SortedTopics<std::string_view>;
template class SortedTopics<Uuid>;

void TopicTable::Put(TopicRef topic) {
  const TopicRef before = Find(topic->name);
  if (before == nullptr) ++size_;
  if (before != nullptr && before->id != topic->id) by_id_.Remove(before->id);
  by_id_.Put(topic);
  by_name_.Put(std::move(topic));
}

void TopicTable::Remove(std::string_view name) {
  const TopicRef topic = Find(name);
  if (topic == nullptr) return;
  by_id_.Remove(topic->id);
  by_name_.Remove(name);
  --size_;
}

}  // namespace varve::cluster
