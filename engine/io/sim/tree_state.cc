#include <algorithm>
#include <set>

#include "engine/io/sim/tree.h"

// Walks over the whole of a tree: copies, sums, and making all of it durable.

namespace varve::io {
namespace {

using Seen = std::set<uint64_t>;

void SyncBelow(SimInode& inode, Seen& seen) {
  if (!seen.insert(inode.number()).second) return;
  if (!inode.is_directory()) return inode.Sync(inode.last_change());
  inode.durable_names = inode.names;
  for (const auto& [name, target] : inode.names) SyncBelow(*target, seen);
}

void CloseBelow(SimInode& inode, Seen& seen) {
  if (!seen.insert(inode.number()).second) return;
  inode.open_files = 0;
  inode.appending = false;
  for (const auto& [name, target] : inode.names) CloseBelow(*target, seen);
}

uint64_t SumBelow(const SimInode& inode, Seen& seen) {
  if (!seen.insert(inode.number()).second) return 0;
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
  Seen seen;
  SyncBelow(*root_, seen);
}

void SimTree::CloseAll() {
  nameless_.clear();
  Seen seen;
  CloseBelow(*root_, seen);
}

uint64_t SimTree::UsedBytes() const {
  Seen seen;
  uint64_t sum = SumBelow(*root_, seen);
  for (const auto& nameless : nameless_) {
    const SimInodeRef inode = nameless.lock();
    if (inode != nullptr && inode->open_files > 0) sum += SumBelow(*inode, seen);
  }
  return sum;
}

}  // namespace varve::io
