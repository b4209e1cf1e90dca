#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/bytes.h"

namespace varve::io {

inline size_t TotalSize(std::span<const Bytes> pieces) {
  size_t size = 0;
  for (const Bytes piece : pieces) size += piece.size();
  return size;
}

// Where a gathered write stands: hands out what is left in calls of at most kVectorsMax pieces.
class PieceCursor {
 public:
  static constexpr size_t kVectorsMax = 1024;  // IOV_MAX

  explicit PieceCursor(std::span<const Bytes> pieces) : pieces_(pieces) { SkipEmpty(); }

  bool done() const { return pieces_.empty(); }

  // Fills `vectors` with what comes next and returns how many of them; 0 only when done.
  size_t Fill(std::span<iovec> vectors) const {
    size_t count = 0;
    for (const Bytes piece : pieces_) {
      if (count == vectors.size()) break;
      const Bytes rest = count == 0 ? piece.subspan(taken_) : piece;
      if (rest.empty()) continue;
      vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
    }
    return count;
  }

  void Advance(size_t bytes) {
    while (bytes > 0) {
      const size_t step = std::min(bytes, pieces_.front().size() - taken_);
      taken_ += step;
      bytes -= step;
      SkipEmpty();
    }
  }

 private:
  void SkipEmpty() {
    while (!pieces_.empty() && taken_ == pieces_.front().size()) {
      pieces_ = pieces_.subspan(1);
      taken_ = 0;
    }
  }

  std::span<const Bytes> pieces_;
  size_t taken_ = 0;  // of the first piece
};

}  // namespace varve::io
