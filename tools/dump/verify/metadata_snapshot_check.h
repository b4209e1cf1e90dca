#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <string>

#include "tools/dump/verify/finding.h"

namespace varve::dump {

// A snapshot of a metadata log: sound batches from a header record to a footer record. Errors:
// those of reading.
absl::Status CheckMetadataSnapshot(const std::string& path, size_t memory_bytes,
                                   Findings& findings);

}  // namespace varve::dump
