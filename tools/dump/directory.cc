#include "tools/dump/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/log/file_names.h"

namespace varve::dump {

namespace fs = std::filesystem;

bool Listing::HasSegments() const {
  return std::ranges::any_of(
      files, [](const std::string& name) { return log::ParseFileName(name).has_value(); });
}

bool Listing::Has(const std::string& file) const { return std::ranges::binary_search(files, file); }

absl::StatusOr<Listing> ListDirectory(const std::string& path) {
  Listing listing;
  std::error_code error;
  fs::directory_iterator at(path, error);
  while (!error && at != fs::directory_iterator()) {
    std::error_code ignored;  // an entry that has vanished is no directory
    auto& into = at->is_directory(ignored) ? listing.directories : listing.files;
    into.push_back(at->path().filename().string());
    at.increment(error);
  }
  if (error == std::errc::no_such_file_or_directory) {
    return absl::NotFoundError(fmt::format("{} is not there", path));
  }
  if (error) {
    return absl::UnavailableError(fmt::format("cannot list {}: {}", path, error.message()));
  }
  std::ranges::sort(listing.files);
  std::ranges::sort(listing.directories);
  return listing;
}

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

std::string NameOf(const std::string& path) {
  const std::string whole = WithoutSlash(fs::absolute(path).lexically_normal().string());
  return whole.substr(whole.rfind('/') + 1);
}

std::string ParentOf(const std::string& path) {
  const fs::path whole = WithoutSlash(fs::absolute(path).lexically_normal().string());
  return whole.parent_path().string();
}

uint64_t LogBytesIn(const std::string& path) {
  uint64_t bytes = 0;
  std::error_code error;
  if (fs::is_regular_file(path, error)) return fs::file_size(path, error);
  fs::recursive_directory_iterator at(path, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at.depth() >= 2) at.disable_recursion_pending();
    std::error_code ignored;
    const bool log = at->path().extension() == ".log" && at->is_regular_file(ignored);
    const uint64_t size = log ? at->file_size(ignored) : 0;
    if (log && !ignored) bytes += size;
  }
  return bytes;
}

}  // namespace varve::dump
