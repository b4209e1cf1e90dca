#pragma once

#include <cstdint>

#include "engine/base/bytes.h"
#include "server/wire/bytes_field.h"

namespace varve::wire {

// Record batches in a request. Mutable, because the broker stamps batches where they were
// received: a view of the frame when read.
struct RequestRecords {
  MutableBytes bytes{};

  friend bool operator==(const RequestRecords& a, const RequestRecords& b) {
    return SameBytes(a.bytes, b.bytes);
  }
};

// Record batches in a response. A reader fills `bytes` with a view of the frame; null reads as
// empty. A writer copies `bytes`, and after them counts `splice_bytes` more that are not in
// memory: whoever sends the frame inserts them, from a file, at the Splice that this leaves.
struct ResponseRecords {
  Bytes bytes{};
  uint32_t splice_bytes = 0;
  uint32_t splice_id = 0;  // the caller's, handed back in the Splice

  friend bool operator==(const ResponseRecords& a, const ResponseRecords& b) {
    return SameBytes(a.bytes, b.bytes) && a.splice_bytes == b.splice_bytes;
  }
};

// A gap in a written frame: before buffer[position], `bytes` bytes go out that are not in the
// buffer. The length of the frame and of the field count them already.
struct Splice {
  size_t position = 0;
  uint32_t bytes = 0;
  uint32_t id = 0;

  bool operator==(const Splice&) const = default;
};

}  // namespace varve::wire
