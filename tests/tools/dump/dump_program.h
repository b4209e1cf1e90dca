#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"

namespace varve::dump::test {

struct Ran {
  int status = -1;
  std::string out;
  std::string err;
};

// Runs varve-dump to its end.
Ran RunDump(const std::vector<std::string>& arguments);

std::vector<std::string> Lines(const std::string& text);

// How many times `part` is in `text`.
size_t CountOf(std::string_view text, std::string_view part);

// A directory of a test's own, removed with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name = "") const;
  // Makes the directories that are missing. Returns the path.
  std::string Write(const std::string& name, std::string_view content) const;
  std::string Write(const std::string& name, Bytes content) const;
  std::string Read(const std::string& name) const;
  // Sets the time at which a file was modified.
  void Touch(const std::string& name, int64_t modified_ms) const;

 private:
  std::filesystem::path path_;
};

}  // namespace varve::dump::test
