#pragma once

#include <absl/status/status.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/byte_order.h"
#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "server/wire/header.h"

namespace varve::bench {

// Cuts a stream of bytes into frames. What arrives whole is shown where it lies; only what is cut
// in two is copied together.
class FrameSplitter {
 public:
  // What is larger is no answer that anybody expects.
  static constexpr size_t kFrameBytesMax = size_t{16} << 20;

  // Calls `on_frame(Bytes)`, which returns a Status, for each frame that is whole now, without its
  // size. The bytes are good during that call only.
  absl::Status Feed(Bytes input, auto&& on_frame) {
    while (!input.empty()) {
      const size_t wanted = wire::kFrameSizeBytes + body_bytes_;
      if (carry_.empty() && input.size() >= wanted && !size_known_) {
        RETURN_IF_ERROR(LearnSize(input));
      } else if (carry_.empty() && size_known_ && input.size() >= wanted) {
        RETURN_IF_ERROR(on_frame(input.first(wanted).subspan(wire::kFrameSizeBytes)));
        Forget();
        input = input.subspan(wanted);
      } else {
        RETURN_IF_ERROR(Gather(input, wanted, on_frame));
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Gather(Bytes& input, size_t wanted, auto&& on_frame) {
    const size_t taken = std::min(wanted - carry_.size(), input.size());
    Append(carry_, input.first(taken));
    input = input.subspan(taken);
    if (carry_.size() == wanted && !size_known_) RETURN_IF_ERROR(LearnSize(carry_));
    if (!size_known_ || carry_.size() < wire::kFrameSizeBytes + body_bytes_)
      return absl::OkStatus();
    RETURN_IF_ERROR(on_frame(Bytes(carry_).subspan(wire::kFrameSizeBytes)));
    Forget();
    return absl::OkStatus();
  }

  absl::Status LearnSize(Bytes front) {
    const auto size = LoadBigEndian<uint32_t>(front.data());
    if (size > kFrameBytesMax) {
      return absl::DataLossError(
          fmt::format("an answer of {} bytes is announced: no Kafka broker?", size));
    }
    body_bytes_ = size;
    size_known_ = true;
    return absl::OkStatus();
  }

  void Forget() {
    carry_.clear();
    body_bytes_ = 0;
    size_known_ = false;
  }

  Buffer carry_;
  size_t body_bytes_ = 0;
  bool size_known_ = false;
};

}  // namespace varve::bench
