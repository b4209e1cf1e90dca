#pragma once

#include <absl/status/status.h>

#include <cstdint>

#include "tools/dump/input_file.h"
#include "tools/dump/output.h"

// Prints the files of fixed entries that belong to a segment: one row an entry, then what lies
// behind the last one, if anything does.
namespace varve::dump {

absl::Status PrintOffsetIndex(const InputFile& file, int64_t base_offset, Output& out);
absl::Status PrintTimeIndex(const InputFile& file, int64_t base_offset, Output& out);
absl::Status PrintTransactionIndex(const InputFile& file, Output& out);

}  // namespace varve::dump
