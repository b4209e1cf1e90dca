#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/varve/records/splitter.h"

namespace varve::cli {

// A file, or standard input as "-", piece by piece.
//
// Bounds  A piece of more than kPieceBytesMax is an error.
// Errors  Name the file and the piece. Cancelled: interrupted.
class Input {
 public:
  static constexpr size_t kPieceBytesMax = 1'000'000'000;  // what librdkafka sends at most

  Input(std::string path, std::string delimiter);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  absl::Status Open();
  // False at the end. The piece is good until the next call.
  absl::StatusOr<bool> Next(std::string_view& piece);
  // The piece taken last, for messages: "lines.txt, record 17".
  std::string Where() const;

 private:
  absl::Status AwaitInput() const;
  absl::Status Read();

  const std::string path_;
  const bool whole_;
  Splitter splitter_;
  std::string block_;
  int fd_ = -1;
  uint64_t count_ = 0;
  bool ended_ = false;
};

}  // namespace varve::cli
