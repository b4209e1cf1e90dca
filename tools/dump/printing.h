#pragma once

#include <string>

#include "tools/dump/file_type.h"
#include "tools/dump/options.h"
#include "tools/dump/output.h"
#include "tools/dump/status_count.h"

namespace varve::dump {

// Shows files, and what is in directories, by their names.
//
// Lifetime  All references outlive it.
class Printing {
 public:
  Printing(const Options& options, Output& out, StatusCount& status)
      : options_(options), out_(out), status_(status) {}

  // A file, a partition directory or a log directory. Errors are told, and counted in `status`.
  void Print(const std::string& path);

 private:
  void PrintDirectory(const std::string& path, int depth);
  void PrintFile(const std::string& path);
  absl::Status PrintByType(const std::string& path, FileType type);
  absl::Status PrintSegmentFile(const std::string& path, FileType type);
  bool Wanted(const std::string& name) const;

  const Options& options_;
  Output& out_;
  StatusCount& status_;
};

}  // namespace varve::dump
