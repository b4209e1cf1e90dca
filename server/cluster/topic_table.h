#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"

namespace varve::cluster {

struct Topic;
using TopicRef = std::shared_ptr<const Topic>;

// Topics in the order of one key, in leaves of at most kLeafMax that copies share: changing one
// topic of many copies one leaf and the list of leaves.
template <typename Key>
class SortedTopics {
 public:
  static constexpr size_t kLeafMax = 256;
  using Leaf = std::vector<TopicRef>;
  using LeafRef = std::shared_ptr<const Leaf>;

  const TopicRef& Find(const Key& key) const;  // empty if there is none
  void Put(TopicRef topic);                    // in the place of the one with its key, if any
  void Remove(const Key& key);                 // fine if there is none

  const std::vector<LeafRef>& leaves() const { return leaves_; }

 private:
  size_t LeafOf(const Key& key) const;

  std::vector<LeafRef> leaves_;  // none is empty
};

// The topics of an image, by name and by id. A value: copies share what they have in common, and
// a copy may be changed while others read the original.
class TopicTable {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = TopicRef;
    using difference_type = std::ptrdiff_t;
    using pointer = const TopicRef*;
    using reference = const TopicRef&;

    Iterator() = default;
    Iterator(const SortedTopics<std::string_view>* topics, size_t leaf)
        : topics_(topics), leaf_(leaf) {}
    reference operator*() const { return (*topics_->leaves()[leaf_])[index_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++index_ == topics_->leaves()[leaf_]->size()) {
        ++leaf_;
        index_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const SortedTopics<std::string_view>* topics_ = nullptr;
    size_t leaf_ = 0;
    size_t index_ = 0;
  };

  const TopicRef& Find(std::string_view name) const { return by_name_.Find(name); }
  const TopicRef& Find(const Uuid& id) const { return by_id_.Find(id); }

  // In the order of their names.
  Iterator begin() const { return {&by_name_, 0}; }
  Iterator end() const { return {&by_name_, by_name_.leaves().size()}; }
  size_t size() const { return size_; }

  // Adds the topic, or puts it in the place of the one with its name.
  void Put(TopicRef topic);
  void Remove(std::string_view name);

 private:
  SortedTopics<std::string_view> by_name_;
  SortedTopics<Uuid> by_id_;
  size_t size_ = 0;
};

}  // namespace varve::cluster
