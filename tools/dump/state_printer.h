#pragma once

#include <absl/status/status.h>

#include <string>

#include "tools/dump/file_type.h"
#include "tools/dump/output.h"

// Prints the files that are read whole: producer snapshots, checkpoints, properties, the manifest.
namespace varve::dump {

// Largest text file that is read: a claim that a directory makes.
inline constexpr uint64_t kTextBytesMax = uint64_t{64} << 20;

// DataLoss: the file is not as it should be; what could be read of it is printed. Otherwise the
// errors of reading. Requires: TypeOfFile gave `type`, and it is one of those.
absl::Status PrintState(const std::string& path, FileType type, Output& out);

}  // namespace varve::dump
