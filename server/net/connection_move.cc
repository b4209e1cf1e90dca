#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/byte_order.h"
#include "server/net/connection.h"
#include "server/wire/header.h"

// How a connection leaves for another shard, and what it brings there.
namespace varve::net {

// Whether the request that was read last is for another shard, and all that follow with it. Then it
// is packed up, and nothing more is read here. It would have to wait for what was asked before, and
// nobody knows how long that takes: while something is under way, the connection stays.
bool Connection::Leaves() {
  if (settled_) return false;
  const MutableBytes frame = next_->request.frame;
  const Placement place = environment_.handler.PlaceOf(frame);
  if (!place.known) return false;
  if (place.elsewhere == nullptr || has_moved_ || !exchanges_.empty()) {
    settled_ = true;
    ++environment_.settled;
    return false;
  }
  departure_.to = place.elsewhere;
  Buffer& unread = departure_.unread;
  unread.resize(wire::kFrameSizeBytes);
  StoreBigEndian<int32_t>(unread.data(), static_cast<int32_t>(frame.size()));
  unread.insert(unread.end(), frame.begin(), frame.end());
  const Bytes behind =
      buffer_ ? Bytes(buffer_.bytes()).subspan(buffer_start_, buffered()) : Bytes();
  unread.insert(unread.end(), behind.begin(), behind.end());
  return true;
}

Departure Connection::TakeDeparture() {
  if (departure_.to != nullptr && !aborted_ && !stopping_) {
    departure_.socket = stream_->Release(departure_.unread);
  }
  return std::move(departure_);
}

// What came along and was not read yet goes first; nothing once all of it was.
size_t Connection::TakeCarried(MutableBytes into) {
  const size_t size = std::min(into.size(), carried_.size() - carried_taken_);
  if (size == 0) return 0;
  std::memcpy(into.data(), carried_.data() + carried_taken_, size);
  carried_taken_ += size;
  if (carried_taken_ == carried_.size()) {
    carried_ = Buffer();
    carried_taken_ = 0;
  }
  return size;
}

}  // namespace varve::net
