#pragma once

#include "tests/engine/log/model/life.h"

// Appends as producers send them.
namespace varve::log::test {

// `count` batches at once, of drawn producers.
io::Task<absl::Status> AppendDrawn(Life& life, size_t log, size_t count);
// The end of a transaction.
io::Task<absl::Status> AppendMarker(Life& life, size_t log);
// A batch that was sent before, or that skips sequences: neither is written.
io::Task<absl::Status> AppendWrongly(Life& life, size_t log);

}  // namespace varve::log::test
