#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/io/sync.h"

namespace varve::net {

// Counts connections against max.connections and max.connections.per.ip.
//
// Threads   One loop: that of the acceptors.
class ConnectionCount {
 public:
  struct Limits {
    int32_t all = 0;
    int32_t per_address = 0;
    std::vector<std::pair<std::string, int32_t>> of_address;  // overrides per_address
  };

  ConnectionCount(io::Loop& loop, Limits limits) : limits_(std::move(limits)), room_(loop) {}

  // Connections that are over a lower limit stay.
  void set_limits(Limits limits);

  // Waits until there is room for one more: acceptors stop accepting, and new clients queue in
  // the listen backlog, as with Kafka.
  io::Task<void> WaitForRoom();
  // Counts a connection; false, and it is not counted, if its address has too many.
  bool Add(const std::string& address);
  void Remove(const std::string& address);
  // Lets waiters go, for the end.
  void Stop();

  int32_t all() const { return all_; }

 private:
  int32_t LimitOf(const std::string& address) const;

  Limits limits_;
  std::map<std::string, int32_t> of_address_;
  int32_t all_ = 0;
  bool stopped_ = false;
  io::Event room_;
};

}  // namespace varve::net
