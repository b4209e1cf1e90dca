#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace varve::cli {

// Cuts a stream of bytes into what lies between delimiters. With an empty delimiter all of it is
// one piece.
//
//   splitter.Feed(bytes);
//   while (splitter.Next(piece)) ...
//   if (splitter.Last(piece)) ...     at the end of the input
//
// Bounds  Holds what was not taken yet; the caller looks at `pending()`.
class Splitter {
 public:
  explicit Splitter(std::string delimiter) : delimiter_(std::move(delimiter)) {}

  void Feed(std::string_view bytes);
  // The piece is good until Feed.
  bool Next(std::string_view& piece);
  // What is left without a delimiter behind it, if there is anything.
  bool Last(std::string_view& piece);
  size_t pending() const { return buffer_.size() - begin_; }

 private:
  const std::string delimiter_;
  std::string buffer_;
  size_t begin_ = 0;     // of the next piece
  size_t searched_ = 0;  // no delimiter begins before this
};

}  // namespace varve::cli
