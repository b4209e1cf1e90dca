#include <algorithm>
#include <vector>

#include "engine/io/sim/tree.h"

// Walks over the whole of a tree: copies, sums, and making all of it durable.

namespace varve::io {
namespace {

// The inodes that a walk has met, by number. A file may have two names after a crash.
class Seen {
 public:
  explicit Seen(uint64_t last_number) : seen_(last_number + 1) {}
  // True the first time.
  bool Meet(const SimInode& inode) {
    const bool first = !seen_[inode.number()];
    seen_[inode.number()] = true;
    return first;
  }

 private:
  std::vector<bool> seen_;
};

void SyncBelow(SimInode& inode, Seen& seen) {
  if (!seen.Meet(inode)) return;
  if (!inode.is_directory()) return inode.Sync(inode.last_change());
  inode.durable_names = inode.names;
  for (const auto& [name, target] : inode.names) SyncBelow(*target, seen);
}

void CloseBelow(SimInode& inode, Seen& seen) {
  if (!seen.Meet(inode)) return;
  inode.open_files = 0;
  inode.appending = false;
  for (const auto& [name, target] : inode.names) CloseBelow(*target, seen);
}

uint64_t SumBelow(const SimInode& inode, Seen& seen) {
  if (!seen.Meet(inode)) return 0;
  uint64_t sum = inode.allocated();
  for (const auto& [name, target] : inode.names) sum += SumBelow(*target, seen);
  return sum;
}

// Copies inodes once each, however many names they have.
class Copier {
 public:
  SimInodeRef Copy(const SimInodeRef& from) {
    if (from == nullptr) return nullptr;
    SimInodeRef& made = copies_[from->number()];
    if (made != nullptr) return made;
    made = std::make_shared<SimInode>(*from);
    made->open_files = 0;
    made->appending = false;
    for (auto& [name, target] : made->names) target = Copy(target);
    for (auto& [name, target] : made->durable_names) target = Copy(target);
    return made;
  }

 private:
  std::map<uint64_t, SimInodeRef> copies_;
};

}  // namespace

std::unique_ptr<SimTree> SimTree::Copy() const {
  auto copy = std::make_unique<SimTree>();
  Copier copier;
  copy->root_ = copier.Copy(root_);
  copy->inodes_made_ = inodes_made_;
  copy->changes_ = changes_;
  copy->changes_made_ = changes_made_;
  for (Change& change : copy->changes_) {
    for (Name& name : change.names) {
      name.directory = copier.Copy(name.directory);
      name.target = copier.Copy(name.target);
    }
  }
  return copy;
}

void SimTree::SyncAll() {
  changes_.clear();
  Seen seen(inodes_made_);
  SyncBelow(*root_, seen);
}

void SimTree::CloseAll() {
  nameless_.clear();
  Seen seen(inodes_made_);
  CloseBelow(*root_, seen);
}

uint64_t SimTree::UsedBytes() const {
  Seen seen(inodes_made_);
  uint64_t sum = SumBelow(*root_, seen);
  for (const auto& nameless : nameless_) {
    const SimInodeRef inode = nameless.lock();
    if (inode != nullptr && inode->open_files > 0) sum += SumBelow(*inode, seen);
  }
  return sum;
}

}  // namespace varve::io
