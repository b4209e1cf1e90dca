#include "engine/io/sim/pipe.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/sim/delay.h"
#include "engine/io/sim/sim_net.h"
#include "engine/io/sim/world.h"

namespace varve::io {

SimPipe::SimPipe(SimNet& net, uint16_t port)
    : net_(net),
      port_(port),
      capacity_(net.world().options().socket_buffer_bytes),
      arrival_(*this) {}

size_t SimPipe::Room() const {
  const uint64_t held = bytes_under_way_ + arrived_.size();
  return held < capacity_ ? capacity_ - held : 0;
}

void SimPipe::Push(Segment segment) {
  const Duration latency = Draw(net_.random(), net_.world().options().network_latency);
  segment.arrival = std::max(last_arrival_, net_.world().clock().Now() + latency);
  last_arrival_ = segment.arrival;
  bytes_under_way_ += segment.bytes.size();
  under_way_.push_back(std::move(segment));
  Resume();
}

void SimPipe::Send(Bytes bytes) {
  VARVE_CHECK(bytes.size() <= Room() && !ended_);
  net_.world().trace().Fold(port_);
  net_.world().trace().Fold(bytes);
  while (!bytes.empty()) {
    const uint64_t one_in = net_.world().options().split_sends_one_in;
    const bool split = bytes.size() > 1 && one_in > 0 && net_.random().OneIn(one_in);
    const size_t size = split ? 1 + net_.random().Below(bytes.size() - 1) : bytes.size();
    Push({.arrival = {}, .bytes = Buffer(bytes.begin(), bytes.begin() + size)});
    bytes = bytes.subspan(size);
  }
}

void SimPipe::End() {
  if (std::exchange(ended_, true) || broken_ || reader_gone_) return;
  Push({.arrival = {}, .bytes = {}, .is_end = true});
}

void SimPipe::Resume() {
  if (under_way_.empty() || arrival_.pending() || net_.Partitioned(port_)) return;
  const MonoTime now = net_.world().clock().Now();
  net_.world().events().Add(arrival_, std::max(now, under_way_.front().arrival));
}

void SimPipe::Arrive() {
  if (net_.Partitioned(port_)) return;  // Resume sends it on its way again
  const Segment segment = std::move(under_way_.front());
  under_way_.pop_front();
  bytes_under_way_ -= segment.bytes.size();
  arrived_.insert(arrived_.end(), segment.bytes.begin(), segment.bytes.end());
  end_arrived_ = segment.is_end;
  net_.world().trace().Fold(uint64_t{port_} << 32 | segment.bytes.size());
  Tell(reader_event);
  Resume();
}

size_t SimPipe::Receive(MutableBytes into) {
  const size_t size = std::min(into.size(), arrived_.size());
  std::copy_n(arrived_.begin(), size, into.begin());
  arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<ptrdiff_t>(size));
  if (size > 0) Tell(writer_event);
  return size;
}

void SimPipe::Discard() {
  arrival_.Cancel();
  under_way_.clear();
  arrived_.clear();
  bytes_under_way_ = 0;
  Tell(reader_event);
  Tell(writer_event);
}

void SimPipe::CloseReader() {
  reader_gone_ = true;
  Discard();
}

void SimPipe::Break() {
  broken_ = true;
  Discard();
}

}  // namespace varve::io
