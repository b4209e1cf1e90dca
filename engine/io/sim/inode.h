#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/random.h"

namespace varve::io {

class SimInode;
using SimInodeRef = std::shared_ptr<SimInode>;

// What a file is apart from its names: the bytes that readers see, the bytes that are surely on
// the device, and the changes that lie between the two.
//
//   seen()     the page cache: survives the process, not the power
//   durable()  what synchronisation has put on the device
//
// A power loss makes of each 512-byte sector that unsynced changes touched what those changes, or
// the first few of them, or none, or half of one have left there; and of the size any that the
// file has had since.
class SimInode {
 public:
  static constexpr uint64_t kSectorBytes = 512;

  SimInode(uint64_t number, bool is_directory) : number_(number), is_directory_(is_directory) {}

  uint64_t number() const { return number_; }
  bool is_directory() const { return is_directory_; }

  // Of a file.
  const Buffer& seen() const { return seen_; }
  const Buffer& durable() const { return durable_; }
  uint64_t size() const { return seen_.size(); }
  uint64_t allocated() const { return allocated_; }  // never less than the size
  size_t unsynced() const { return changes_.size(); }

  void Write(uint64_t position, Bytes bytes);
  void Truncate(uint64_t size);
  void Allocate(uint64_t end);
  // Gives back what was allocated beyond the size.
  void TrimAllocation() { allocated_ = seen_.size(); }
  void FlipBit(uint64_t position, unsigned bit);

  // The number of the last change, for a sync that covers what came before it started.
  uint64_t last_change() const { return changes_made_; }
  // Puts all changes up to that one on the device.
  void Sync(uint64_t up_to);
  // Forgets them instead, as a kernel does whose write-back failed: readers go on seeing them.
  void DropDirty(uint64_t up_to);
  void LosePower(Random& random);

  // Of a directory: names as seen, and as they are on the device.
  std::map<std::string, SimInodeRef> names;
  std::map<std::string, SimInodeRef> durable_names;

  // Ranges that cannot be read: position and length.
  std::vector<std::pair<uint64_t, uint64_t>> bad_ranges;
  bool IsBad(uint64_t position, uint64_t length) const;

  int64_t modified_ms = 0;
  int open_files = 0;
  bool appending = false;

 private:
  friend class SimTree;  // copies

  // A write, or a truncation to `position`, which is a write of nothing.
  struct Change {
    uint64_t number = 0;
    uint64_t position = 0;
    Buffer bytes{};
    bool truncates = false;
    uint64_t size_after = 0;
    uint64_t touched_end = 0;
  };
  struct Loss;

  void Add(Change change);
  static void Apply(const Change& change, Buffer& to);
  void LoseSector(uint64_t sector, const std::vector<const Change*>& touching, const Loss& loss,
                  Random& random, Buffer& after) const;
  uint64_t SurvivingSize(const Loss& loss, Random& random) const;

  uint64_t number_;
  bool is_directory_;
  Buffer seen_;
  Buffer durable_;
  std::vector<Change> changes_;  // oldest first
  uint64_t changes_made_ = 0;
  uint64_t allocated_ = 0;
};

}  // namespace varve::io
