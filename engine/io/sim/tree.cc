#include "engine/io/sim/tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"

namespace varve::io {
namespace {

std::vector<std::string> PartsOf(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  return parts;
}

absl::Status NoSuch(std::string_view call, std::string_view path) {
  return absl::NotFoundError(fmt::format("{} {}: no such file or directory", call, path));
}

absl::Status Forbidden(std::string_view call, std::string_view path, std::string_view reason) {
  return absl::FailedPreconditionError(fmt::format("{} {}: {}", call, path, reason));
}

absl::Status Exists(std::string_view call, std::string_view path) {
  return absl::AlreadyExistsError(fmt::format("{} {}: exists already", call, path));
}

}  // namespace

SimTree::SimTree() : root_(NewInode(true)) {}

SimInodeRef SimTree::NewInode(bool is_directory) {
  return std::make_shared<SimInode>(++inodes_made_, is_directory);
}

absl::StatusOr<SimInodeRef> SimTree::Find(std::string_view call, std::string_view path) const {
  SimInodeRef at = root_;
  for (const std::string& part : PartsOf(path)) {
    if (!at->is_directory()) return Forbidden(call, path, "not a directory on the way");
    const auto found = at->names.find(part);
    if (found == at->names.end()) return NoSuch(call, path);
    at = found->second;
  }
  return at;
}

absl::StatusOr<SimInodeRef> SimTree::FindDirectory(std::string_view call,
                                                   std::string_view path) const {
  ASSIGN_OR_RETURN(SimInodeRef found, Find(call, path));
  if (!found->is_directory()) return Forbidden(call, path, "not a directory");
  return found;
}

absl::StatusOr<SimTree::Place> SimTree::Locate(std::string_view call, std::string_view path) const {
  std::vector<std::string> parts = PartsOf(path);
  if (parts.empty()) return Forbidden(call, path, "this is the root");
  Place place;
  place.name = std::move(parts.back());
  parts.pop_back();
  place.directory = root_;
  for (const std::string& part : parts) {
    const auto found = place.directory->names.find(part);
    if (found == place.directory->names.end()) return NoSuch(call, path);
    place.directory = found->second;
    if (!place.directory->is_directory()) {
      return Forbidden(call, path, "not a directory on the way");
    }
  }
  const auto found = place.directory->names.find(place.name);
  if (found != place.directory->names.end()) place.target = found->second;
  return place;
}

void SimTree::Add(std::vector<Name> names) {
  for (const Name& name : names) {
    SimInodeRef& seen = name.directory->names[name.name];
    if (seen != nullptr && !seen->is_directory() && seen->open_files > 0) {
      std::erase_if(nameless_, [](const auto& gone) { return gone.expired(); });
      nameless_.push_back(seen);
    }
    seen = name.target;
    if (seen == nullptr) name.directory->names.erase(name.name);
  }
  changes_.push_back({++changes_made_, std::move(names)});
}

absl::StatusOr<SimInodeRef> SimTree::OpenFile(std::string_view path, OpenMode mode) {
  ASSIGN_OR_RETURN(const Place place, Locate("open", path));
  const bool creates = mode == OpenMode::kCreate || mode == OpenMode::kCreateOrReplace;
  if (place.target == nullptr) {
    if (!creates) return NoSuch("open", path);
    SimInodeRef made = NewInode(false);
    Add({{place.directory, place.name, made}});
    return made;
  }
  if (mode == OpenMode::kCreate) return Exists("open", path);
  if (place.target->is_directory()) return Forbidden("open", path, "is a directory");
  if (mode == OpenMode::kCreateOrReplace) {
    place.target->Truncate(0);
    place.target->TrimAllocation();
  }
  return place.target;
}

absl::Status SimTree::CreateDirectory(std::string_view path) {
  if (PartsOf(path).empty()) return Exists("create directory", path);
  ASSIGN_OR_RETURN(const Place place, Locate("create directory", path));
  if (place.target != nullptr) return Exists("create directory", path);
  Add({{place.directory, place.name, NewInode(true)}});
  return absl::OkStatus();
}

absl::Status SimTree::RemoveDirectory(std::string_view path) {
  ASSIGN_OR_RETURN(const Place place, Locate("remove directory", path));
  if (place.target == nullptr) return NoSuch("remove directory", path);
  if (!place.target->is_directory()) return Forbidden("remove directory", path, "not a directory");
  if (!place.target->names.empty()) {
    return Forbidden("remove directory", path,
                     fmt::format("not empty, {} entries", place.target->names.size()));
  }
  Add({{place.directory, place.name, nullptr}});
  return absl::OkStatus();
}

absl::Status SimTree::Remove(std::string_view path) {
  ASSIGN_OR_RETURN(const Place place, Locate("remove", path));
  if (place.target == nullptr) return NoSuch("remove", path);
  if (place.target->is_directory()) return Forbidden("remove", path, "is a directory");
  Add({{place.directory, place.name, nullptr}});
  return absl::OkStatus();
}

absl::Status SimTree::CheckRename(const Place& from, const Place& to,
                                  std::string_view paths) const {
  if (from.target == nullptr) return NoSuch("rename", paths);
  if (to.target == nullptr) return absl::OkStatus();
  if (to.target->is_directory() != from.target->is_directory()) {
    return Forbidden("rename", paths, "one is a directory and one is not");
  }
  if (!to.target->names.empty()) return Forbidden("rename", paths, "the target is not empty");
  return absl::OkStatus();
}

absl::Status SimTree::Rename(std::string_view from, std::string_view to, bool atomic) {
  const std::string paths = fmt::format("{} to {}", from, to);
  ASSIGN_OR_RETURN(const Place source, Locate("rename", from));
  ASSIGN_OR_RETURN(const Place target, Locate("rename", to));
  RETURN_IF_ERROR(CheckRename(source, target, paths));
  if (source.target == target.target) return absl::OkStatus();
  const std::vector<std::string> outer = PartsOf(from);
  const std::vector<std::string> inner = PartsOf(to);
  if (inner.size() > outer.size() && std::equal(outer.begin(), outer.end(), inner.begin())) {
    return Forbidden("rename", paths, "a directory into itself");
  }
  const Name removed{source.directory, source.name, nullptr};
  const Name made{target.directory, target.name, source.target};
  if (atomic) {
    Add({removed, made});
  } else {
    Add({removed});
    Add({made});
  }
  return absl::OkStatus();
}

void SimTree::MakeDurable(const Change& change) {
  for (const Name& name : change.names) {
    if (name.target == nullptr) {
      name.directory->durable_names.erase(name.name);
    } else {
      name.directory->durable_names[name.name] = name.target;
    }
  }
}

void SimTree::SyncDirectory(const SimInodeRef& directory, uint64_t up_to) {
  // From the last change back: what is in this directory, and what that rests on because it
  // touched the same names before.
  std::set<Key> needed;
  std::vector<bool> kept(changes_.size());
  for (size_t i = changes_.size(); i-- > 0;) {
    const Change& change = changes_[i];
    if (change.number > up_to) continue;
    kept[i] = std::any_of(change.names.begin(), change.names.end(), [&](const Name& name) {
      return name.directory == directory || needed.contains({name.directory->number(), name.name});
    });
    if (!kept[i]) continue;
    for (const Name& name : change.names) needed.emplace(name.directory->number(), name.name);
  }
  std::vector<Change> left;
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (kept[i]) {
      MakeDurable(changes_[i]);
    } else {
      left.push_back(std::move(changes_[i]));
    }
  }
  changes_ = std::move(left);
}

void SimTree::LosePower(Random& random) {
  std::set<Key> lost;
  const uint64_t odds = random.Below(5);  // of four: how many changes are lost
  for (const Change& change : changes_) {
    const bool rests_on_lost = std::any_of(
        change.names.begin(), change.names.end(),
        [&](const Name& name) { return lost.contains({name.directory->number(), name.name}); });
    if (rests_on_lost || random.Below(4) < odds) {
      for (const Name& name : change.names) lost.emplace(name.directory->number(), name.name);
    } else {
      MakeDurable(change);
    }
  }
  changes_.clear();
  nameless_.clear();
  std::set<uint64_t> done;
  LoseInode(root_, random, done);
}

void SimTree::LoseInode(const SimInodeRef& inode, Random& random, std::set<uint64_t>& done) {
  if (!done.insert(inode->number()).second) return;
  if (!inode->is_directory()) return inode->LosePower(random);
  inode->names = inode->durable_names;
  for (const auto& [name, target] : inode->names) LoseInode(target, random, done);
}

}  // namespace varve::io
