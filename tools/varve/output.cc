#include "tools/varve/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/text/write_all.h"

namespace varve::cli {
namespace {

constexpr size_t kFlushBytes = 65536;

}  // namespace

void Output::Write(std::string_view text) {
  if (closed()) return;
  buffer_ += text;
  if (buffer_.size() < kFlushBytes) return;
  error_ = text::WriteAll(STDOUT_FILENO, buffer_);
  buffer_.clear();
}

void Output::Line(std::string_view text) {
  Write(text);
  Write("\n");
}

absl::Status Output::Flush() {
  if (!closed()) error_ = text::WriteAll(STDOUT_FILENO, buffer_);
  buffer_.clear();
  if (error_ == 0 || error_ == EPIPE) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("cannot write to standard output: {}", std::strerror(error_)));
}

}  // namespace varve::cli
