#include "server/net/connection_count.h"

#include <utility>

namespace varve::net {

void ConnectionCount::set_limits(Limits limits) {
  limits_ = std::move(limits);
  room_.Set();  // there may be more
}

io::Task<void> ConnectionCount::WaitForRoom() {
  while (all_ >= limits_.all && !stopped_) {
    room_.Reset();
    co_await room_.Wait();
  }
}

int32_t ConnectionCount::LimitOf(const std::string& address) const {
  for (const auto& [named, limit] : limits_.of_address) {
    if (named == address) return limit;
  }
  return limits_.per_address;
}

bool ConnectionCount::Add(const std::string& address) {
  int32_t& count = of_address_[address];
  if (count >= LimitOf(address)) {
    if (count == 0) of_address_.erase(address);
    return false;
  }
  ++count;
  ++all_;
  return true;
}

void ConnectionCount::Remove(const std::string& address) {
  const auto found = of_address_.find(address);
  if (--found->second == 0) of_address_.erase(found);
  --all_;
  room_.Set();
}

void ConnectionCount::Stop() {
  stopped_ = true;
  room_.Set();
}

}  // namespace varve::net
