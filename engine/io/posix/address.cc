#include "engine/io/posix/address.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "engine/io/pool.h"
#include "engine/io/posix/errors.h"

namespace varve::io {
namespace {

using Addresses = std::vector<Address>;

struct FreeAddresses {
  void operator()(addrinfo* info) const { ::freeaddrinfo(info); }
};

absl::Status ResolveError(int result, int error, const Endpoint& endpoint) {
  const std::string what = fmt::format("resolve {}", endpoint.host);
  if (result == EAI_SYSTEM) return ConnectError(error, what);
  const std::string message = fmt::format("{}: {}", what, ::gai_strerror(result));
  if (result == EAI_AGAIN) return absl::UnavailableError(message);
  if (result == EAI_MEMORY) return absl::ResourceExhaustedError(message);
  return absl::NotFoundError(message);
}

absl::StatusOr<Addresses> ResolveNow(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int result = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (result != 0) return ResolveError(result, errno, endpoint);
  const std::unique_ptr<addrinfo, FreeAddresses> owner(found);
  Addresses addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address& address = addresses.emplace_back();
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
  }
  if (addresses.empty()) return ResolveError(EAI_NONAME, 0, endpoint);
  return addresses;
}

// ::ffff:a.b.c.d as a.b.c.d.
Address Unmapped(const Address& address) {
  if (address.family() != AF_INET6) return address;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address.storage, sizeof(v6));
  if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, 4);
  Address plain;
  std::memcpy(&plain.storage, &v4, sizeof(v4));
  plain.size = sizeof(v4);
  return plain;
}

uint16_t PortOf(const Address& address) {
  // The port lies at the same place in both families.
  sockaddr_in v4;
  std::memcpy(&v4, &address.storage, sizeof(v4));
  return ntohs(v4.sin_port);
}

}  // namespace

Endpoint ToEndpoint(const Address& address) {
  const Address plain = Unmapped(address);
  std::array<char, NI_MAXHOST> host{};
  if (plain.family() != AF_INET && plain.family() != AF_INET6) return {};
  if (::getnameinfo(plain.get(), plain.size, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    return {};
  }
  return {host.data(), PortOf(plain)};
}

Endpoint LocalEndpoint(int fd) {
  Address address;
  if (::getsockname(fd, address.get(), &address.size) != 0) return {};
  return ToEndpoint(address);
}

Task<absl::StatusOr<Addresses>> Resolve(Loop& loop, const Endpoint& endpoint) {
  absl::StatusOr<Addresses> numeric = ResolveNow(endpoint, AI_NUMERICHOST);
  if (!absl::IsNotFound(numeric.status())) co_return numeric;
  auto look_up = [&] { return ResolveNow(endpoint, 0); };
  co_return co_await Offload(loop, look_up);
}

Addresses EveryAddress(uint16_t port) {
  Addresses addresses(2);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_any;
  std::memcpy(&addresses[0].storage, &v6, sizeof(v6));
  addresses[0].size = sizeof(v6);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_ANY);
  std::memcpy(&addresses[1].storage, &v4, sizeof(v4));
  addresses[1].size = sizeof(v4);
  return addresses;
}

}  // namespace varve::io
