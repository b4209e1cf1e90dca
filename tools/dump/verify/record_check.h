#pragma once

#include <cstddef>
#include <string>

#include "engine/base/bytes.h"
#include "tools/dump/verify/finding.h"

namespace varve::dump {

// The records of a sound batch at `position` of `file`: they decompress within memory_bytes, are as
// many as announced, fill their bytes, and have rising offsets within the batch's; control records
// are what they say they are; the header's time is the largest.
// Requires: `batch` is whole, and CheckStoredHeader accepted it.
void CheckBatchRecords(Bytes batch, const std::string& file, uint64_t position, size_t memory_bytes,
                       Findings& findings);

}  // namespace varve::dump
