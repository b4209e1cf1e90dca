#include "tools/varve/records/splitter.h"

#include <algorithm>

namespace varve::cli {

void Splitter::Feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  searched_ -= std::min(searched_, begin_);
  begin_ = 0;
  buffer_ += bytes;
}

bool Splitter::Next(std::string_view& piece) {
  if (delimiter_.empty()) return false;
  const size_t end = buffer_.find(delimiter_, std::max(begin_, searched_));
  if (end == std::string::npos) {
    // The first bytes of one may be there.
    searched_ = buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
    return false;
  }
  piece = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = end + delimiter_.size();
  return true;
}

bool Splitter::Last(std::string_view& piece) {
  piece = std::string_view(buffer_).substr(begin_);
  begin_ = buffer_.size();
  return !piece.empty();
}

}  // namespace varve::cli
