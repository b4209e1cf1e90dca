#include "tests/server/broker/client.h"

#include <algorithm>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"

namespace varve::broker::test {

void Client::SendBytes(Bytes bytes) {
  IgnoreError(world_.Run(loop_, Write(bytes)));  // the broker may have closed already
}

io::Task<absl::Status> Client::Write(Bytes bytes) {
  const Bytes pieces[] = {bytes};
  co_return co_await stream_->Write(pieces, false);
}

io::Task<absl::Status> Client::ReadFully(MutableBytes into) {
  const size_t early = std::min(early_.size(), into.size());
  std::copy_n(early_.begin(), early, into.begin());
  early_.erase(early_.begin(), early_.begin() + static_cast<ptrdiff_t>(early));
  for (size_t filled = early; filled < into.size();) {
    CO_ASSIGN_OR_RETURN(const size_t got, co_await stream_->Read(into.subspan(filled)));
    if (got == 0) co_return absl::OutOfRangeError("the broker has closed the connection");
    filled += got;
  }
  co_return absl::OkStatus();
}

io::Task<absl::StatusOr<Buffer>> Client::ReadFrame() {
  std::byte size[wire::kFrameSizeBytes];
  CO_RETURN_IF_ERROR(co_await ReadFully(size));
  Buffer frame(static_cast<size_t>(LoadBigEndian<int32_t>(size)));
  CO_RETURN_IF_ERROR(co_await ReadFully(frame));
  co_return frame;
}

absl::StatusOr<Bytes> Client::ReceiveFrame() {
  absl::StatusOr<Buffer> frame = world_.Run(loop_, ReadFrame());
  if (!frame.ok()) return frame.status();
  return Bytes(frames_.emplace_back(*std::move(frame)));
}

bool Client::Ready() {
  if (!early_.empty()) return true;
  Buffer bytes(4096);
  const absl::StatusOr<size_t> got = stream_->TryRead(bytes);
  if (!got.ok()) return true;
  early_.assign(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(*got));
  return *got > 0;
}

}  // namespace varve::broker::test
