#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/disk.h"
#include "engine/io/random.h"
#include "engine/io/sim/inode.h"

namespace varve::io {

// The names of a simulated disk: directories as they are seen, as they are on the device, and the
// changes between the two. No time and no faults: those are SimDisk's.
//
// A power loss keeps some of the unsynced changes of names. Of those that touched the same name
// it keeps the first few; a rename is one change, wherever its two names are.
class SimTree {
 public:
  SimTree();
  SimTree(const SimTree&) = delete;
  SimTree& operator=(const SimTree&) = delete;

  // A disk of its own in the same state.
  std::unique_ptr<SimTree> Copy() const;

  // Errors as Disk's; their messages start with `call`. Paths: '/' separates, "." and empty parts
  // mean nothing, ".." goes up; a path with and without a leading '/' is the same.
  absl::StatusOr<SimInodeRef> Find(std::string_view call, std::string_view path) const;
  absl::StatusOr<SimInodeRef> FindDirectory(std::string_view call, std::string_view path) const;
  absl::StatusOr<SimInodeRef> OpenFile(std::string_view path, OpenMode mode);
  absl::Status CreateDirectory(std::string_view path);
  absl::Status RemoveDirectory(std::string_view path);
  absl::Status Remove(std::string_view path);
  // `atomic` false: two changes that a power loss may separate.
  absl::Status Rename(std::string_view from, std::string_view to, bool atomic);

  uint64_t last_change() const { return changes_made_; }
  // Puts the changes of names in `directory` up to that one on the device, and what they rest on.
  void SyncDirectory(const SimInodeRef& directory, uint64_t up_to);
  size_t unsynced() const { return changes_.size(); }
  // Puts everything on the device, names and bytes.
  void SyncAll();
  void LosePower(Random& random);
  // Nothing is open any more.
  void CloseAll();

  const SimInodeRef& root() const { return root_; }
  // Space that what is seen, and what is still open, takes.
  uint64_t UsedBytes() const;

 private:
  struct Name {
    SimInodeRef directory;
    std::string name;
    SimInodeRef target;  // none: removed
  };
  struct Change {
    uint64_t number;
    std::vector<Name> names;  // one, or the two of a rename
  };
  struct Place {
    SimInodeRef directory;
    std::string name;
    SimInodeRef target;  // none: no such name
  };
  using Key = std::pair<uint64_t, std::string>;

  absl::StatusOr<Place> Locate(std::string_view call, std::string_view path) const;
  absl::Status CheckRename(const Place& from, const Place& to, std::string_view paths) const;
  void Add(std::vector<Name> names);
  static void MakeDurable(const Change& change);
  SimInodeRef NewInode(bool is_directory);
  void LoseInode(const SimInodeRef& inode, Random& random, std::set<uint64_t>& done);

  uint64_t inodes_made_ = 0;
  SimInodeRef root_;
  std::vector<Change> changes_;  // oldest first
  uint64_t changes_made_ = 0;
  std::vector<std::weak_ptr<SimInode>> nameless_;  // removed while open
};

}  // namespace varve::io
