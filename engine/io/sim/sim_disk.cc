#include "engine/io/sim/sim_disk.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "engine/io/sim/world.h"

namespace varve::io {
namespace {

std::string NewBootId(Random& random) {
  const uint64_t high = random.Next();
  const uint64_t low = random.Next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
}

void Dump(const SimInode& inode, const std::string& path, std::string& into) {
  if (!inode.is_directory()) {
    into +=
        fmt::format("{} {} bytes, {} durable, {} unsynced changes, crc {:08x}\n", path,
                    inode.size(), inode.durable().size(), inode.unsynced(), Crc32c(inode.seen()));
    return;
  }
  into += path + "/\n";
  for (const auto& [name, target] : inode.names) Dump(*target, path + "/" + name, into);
}

}  // namespace

SimDisk::SimDisk(SimWorld& world)
    : world_(world),
      random_(world.NewRandom()),
      faults_(world.NewRandom()),
      tree_(std::make_unique<SimTree>()),
      boot_id_(NewBootId(random_)),
      total_bytes_(world.options().disk_bytes) {}

SimDisk::~SimDisk() = default;

absl::Status SimDisk::CrashedError() {
  return absl::AbortedError("the simulated machine has crashed");
}

void SimDisk::Die() {
  in_flight_.clear();
  locks_.clear();
  tree_->CloseAll();
  crashed_ = true;
  crash_at_ = 0;
  ++life_;
}

void SimDisk::Crash(SimCrash kind) {
  if (crashed_) return;
  world_.trace().Fold(kind == SimCrash::kPower ? "power loss" : "process crash");
  for (SimInFlight* operation : std::vector<SimInFlight*>(in_flight_)) {
    operation->partly_(random_);
  }
  if (kind == SimCrash::kPower) {
    tree_->LosePower(random_);
    boot_id_ = NewBootId(random_);
  }
  Die();
}

void SimDisk::CrashAtOperation(uint64_t n, SimCrash kind) {
  crash_at_ = n == 0 ? 0 : operations_ + n;
  crash_kind_ = kind;
}

void SimDisk::CountOperation() {
  if (++operations_ == crash_at_) Crash(crash_kind_);
}

uint64_t SimDisk::FreeBytes() const {
  const uint64_t used = tree_->UsedBytes();
  return used < total_bytes_ ? total_bytes_ - used : 0;
}

absl::Status SimDisk::MarkBad(std::string_view path, uint64_t position, uint64_t length) {
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->Find("mark bad", path));
  inode->bad_ranges.emplace_back(position, length);
  return absl::OkStatus();
}

absl::Status SimDisk::FlipBit(std::string_view path, uint64_t position, unsigned bit) {
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->Find("flip a bit of", path));
  if (position >= inode->size()) {
    return absl::OutOfRangeError(
        fmt::format("{} has {} bytes, none at {}", path, inode->size(), position));
  }
  inode->FlipBit(position, bit);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> SimDisk::Names(std::string_view path) const {
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->FindDirectory("list", path));
  std::vector<std::string> names;
  for (const auto& [name, target] : inode->names) names.push_back(name);
  return names;
}

absl::StatusOr<Buffer> SimDisk::Content(std::string_view path) const {
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->Find("read", path));
  return inode->seen();
}

absl::StatusOr<Buffer> SimDisk::DurableContent(std::string_view path) const {
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->Find("read", path));
  return inode->durable();
}

absl::Status SimDisk::Put(std::string_view path, Bytes content) {
  for (size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1)) {
    const absl::Status made = tree_->CreateDirectory(path.substr(0, at));
    if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  }
  ASSIGN_OR_RETURN(const SimInodeRef inode, tree_->OpenFile(path, OpenMode::kCreateOrReplace));
  inode->Write(0, content);
  inode->modified_ms = world_.clock().WallMillis();
  inode->Sync(inode->last_change());
  for (std::string at(path);;) {
    at = at.find('/') == at.npos ? "" : at.substr(0, at.rfind('/'));
    ASSIGN_OR_RETURN(const SimInodeRef directory, tree_->FindDirectory("put", at));
    tree_->SyncDirectory(directory, tree_->last_change());
    if (at.empty()) return absl::OkStatus();
  }
}

std::string SimDisk::DumpTree() const {
  std::string text;
  Dump(*tree_->root(), "", text);
  return text;
}

void SimDisk::Load(const Image& image) {
  Die();
  tree_ = image->Copy();
  Restart();
}

SimInFlight::SimInFlight(SimDisk& disk, std::function<void(Random&)> partly)
    : disk_(disk), partly_(std::move(partly)) {
  disk_.in_flight_.push_back(this);
}

SimInFlight::~SimInFlight() { std::erase(disk_.in_flight_, this); }

}  // namespace varve::io
