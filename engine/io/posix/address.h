#pragma once

#include <absl/status/statusor.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/task.h"

namespace varve::io {

// A socket address of either family.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// Numeric. An IPv4 peer of a socket for both families is shown as IPv4.
Endpoint ToEndpoint(const Address& address);
Endpoint LocalEndpoint(int fd);

// Every address that the host has, best first; never an empty list. Numbers are read in place,
// names looked up on the pool, for as long as the system's resolver takes.
// NotFound: no such host. Unavailable: the resolver does not answer.
Task<absl::StatusOr<std::vector<Address>>> Resolve(Loop& loop, const Endpoint& endpoint);

// All addresses of this machine: of both families, and of IPv4 for machines without IPv6.
std::vector<Address> EveryAddress(uint16_t port);

}  // namespace varve::io
