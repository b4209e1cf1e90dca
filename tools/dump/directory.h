#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace varve::dump {

// What a directory holds: names, sorted. Of what vanishes while it is listed, nothing is told.
struct Listing {
  std::vector<std::string> files;  // and everything that is no directory
  std::vector<std::string> directories;

  // Whether it holds files of segments: the directory of a partition.
  bool HasSegments() const;
  bool Has(const std::string& file) const;
};

// NotFound: there is no such directory. Unavailable: it cannot be read; the message says why.
absl::StatusOr<Listing> ListDirectory(const std::string& path);

// The bytes of all .log files in a partition or log directory, as far as they can be seen: for a
// progress bar. Of a file, its own.
uint64_t LogBytesIn(const std::string& path);

// Both name the same place: "a/b" and "a/b/".
std::string WithoutSlash(std::string path);
// The last part of an absolute form of `path`.
std::string NameOf(const std::string& path);
std::string ParentOf(const std::string& path);

}  // namespace varve::dump
