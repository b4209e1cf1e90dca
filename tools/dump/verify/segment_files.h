#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "tools/dump/input_file.h"

namespace varve::dump {

// The files of one segment, opened so that they fit together while somebody writes: the indexes
// first, so that the log has whatever they point to.
struct SegmentFiles {
  std::unique_ptr<InputFile> offset_index{};  // null: there is none
  std::unique_ptr<InputFile> time_index{};
  std::unique_ptr<InputFile> txn_index{};
  std::unique_ptr<InputFile> log{};

  // Whether all of them have their names still: a compaction replaces them one after the other,
  // and retention takes them away.
  bool InPlace() const;
};

// NotFound: there is no log. Otherwise the errors of InputFile.
absl::StatusOr<SegmentFiles> OpenSegment(const std::string& directory, int64_t base_offset);

}  // namespace varve::dump
