#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "server/logging.h"
#include "server/net/connection.h"

// What a connection sends.
namespace varve::net {
namespace {

// Ranges are sent in pieces of this size, so that a slow reader is seen to make progress.
constexpr uint64_t kRangePieceBytes = 1 << 20;
// Answers that are ready together leave in one call.
constexpr size_t kGatheredRepliesMax = 64;
constexpr size_t kUsualReplies = 8;  // so many need no memory of their own

}  // namespace

io::Task<void> Connection::WriteReplies() {
  for (;;) {
    if (exchanges_.empty() || !exchanges_.front()->done) {
      if (reading_done_ && exchanges_.empty()) co_return;
      changed_.Reset();
      co_await changed_.Wait();
      continue;
    }
    const absl::Status sent = co_await SendReady();
    if (!sent.ok()) {
      if (absl::IsDataLoss(sent)) LogError("to {}: {}", peer_.address, sent.ToString());
      Abort();
    }
    if (stopping_ && exchanges_.empty()) Abort();
    room_.Set();
  }
}

// Sends the answers that are ready at the front, and forgets them.
io::Task<absl::Status> Connection::SendReady() {
  absl::InlinedVector<std::unique_ptr<Exchange>, kUsualReplies> sending;
  absl::InlinedVector<Bytes, kUsualReplies> pieces;
  bool close = false;
  while (!exchanges_.empty() && exchanges_.front()->done && !close &&
         sending.size() < kGatheredRepliesMax) {
    const Reply& reply = exchanges_.front()->request.reply;
    if (!reply.ranges.empty() && !sending.empty()) break;
    close = reply.close;
    sending.push_back(std::move(exchanges_.front()));
    exchanges_.pop_front();
    if (!reply.ranges.empty()) break;
    if (!reply.bytes.empty()) pieces.push_back(reply.bytes);
  }
  absl::Status status;
  sending_ = true;
  if (aborted_) {
    status = absl::CancelledError("the connection is closing");
  } else if (!sending.front()->request.reply.ranges.empty()) {
    status = co_await SendWithRanges(sending.front()->request.reply);
  } else if (!pieces.empty()) {
    status = co_await stream_->Write(pieces, false);
  }
  sending_ = false;
  for (const auto& exchange : sending) unsent_bytes_ -= exchange->reply_bytes;
  Touch();
  if (close) Abort();
  co_return status;
}

io::Task<absl::Status> Connection::SendWithRanges(const Reply& reply) {
  size_t sent = 0;
  const Bytes bytes = reply.bytes;
  for (size_t i = 0; i < reply.splices.size(); ++i) {
    const wire::Splice& splice = reply.splices[i];
    const bool last = i + 1 == reply.splices.size();
    const Bytes before = bytes.subspan(sent, splice.position - sent);
    const Bytes after = last ? bytes.subspan(splice.position) : Bytes();
    CO_RETURN_IF_ERROR(co_await SendRange(before, reply.ranges[splice.id], after, !last));
    sent = splice.position;
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Connection::SendRange(Bytes before, const io::FileRange& range, Bytes after,
                                             bool more) {
  io::FileRange piece{range.file, range.position, 0};
  do {
    const uint64_t left = range.position + range.size - piece.position;
    piece.size = std::min(left, kRangePieceBytes);
    const bool last = piece.size == left;
    CO_RETURN_IF_ERROR(
        co_await stream_->SendAround(before, piece, last ? after : Bytes(), more || !last));
    before = {};
    piece.position += piece.size;
    Touch();
  } while (piece.position < range.position + range.size);
  co_return absl::OkStatus();
}

}  // namespace varve::net
