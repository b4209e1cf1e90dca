#include "engine/record/codecs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace varve::record::codecs {
namespace {

constexpr size_t kStepBytesMin = size_t{4} << 10;
constexpr size_t kStepBytesMax = size_t{256} << 10;

}  // namespace

absl::Status PastLimit(size_t bytes_max) {
  return absl::ResourceExhaustedError(
      fmt::format("decompressed records pass the limit of {} bytes", bytes_max));
}

absl::Status Broken(std::string_view codec, std::string_view what) {
  return absl::DataLossError(fmt::format("broken {} data: {}", codec, what));
}

Output::Output(size_t input_bytes, size_t expansion_max, size_t bytes_max)
    : bytes_max_(bytes_max),
      step_bytes_(std::clamp(4 * input_bytes, kStepBytesMin, kStepBytesMax)) {
  bytes_.reserve(std::min(bytes_max + 1, input_bytes * expansion_max + kStepBytesMin));
}

MutableBytes Output::Room() {
  if (used_bytes_ == bytes_.size()) {
    bytes_.resize(std::min(bytes_max_ + 1, used_bytes_ + step_bytes_));
  }
  return MutableBytes(bytes_).subspan(used_bytes_);
}

absl::Status Output::Commit(size_t size) {
  used_bytes_ += size;
  return used_bytes_ > bytes_max_ ? PastLimit(bytes_max_) : absl::OkStatus();
}

Buffer Output::Take() {
  bytes_.resize(used_bytes_);
  return std::move(bytes_);
}

}  // namespace varve::record::codecs
