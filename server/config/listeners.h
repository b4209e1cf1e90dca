#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace varve::config {

// Kafka's names for how a connection is secured. Only kPlaintext is served.
enum class SecurityProtocol : int8_t { kPlaintext, kSsl, kSaslPlaintext, kSaslSsl };

// One "NAME://host:port". Names are upper case, hosts without brackets.
struct Endpoint {
  std::string name;
  std::string host;   // of a listener: empty for all addresses
  uint16_t port = 0;  // of a listener: 0 for any free port; advertised: 0 for the bound one

  std::string ToString() const;  // EXT://[fe80::1]:9093
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Whether a listener with this host takes connections to every address: it is empty, 0.0.0.0 or
// an IPv6 form of all zeroes.
bool BindsToAll(std::string_view host);

struct Listeners {
  std::vector<Endpoint> bound;       // where to listen, at least one
  std::vector<Endpoint> advertised;  // what clients are told; each has the name of a bound one
  std::string inter_broker_name;     // the advertised one that other brokers use

  // The advertised endpoint of a listener; nullptr if it has none.
  const Endpoint* Advertised(std::string_view name) const;
};

// The properties as they were set, empty where they were not.
struct ListenerInput {
  std::vector<std::string> listeners;
  std::vector<std::string> advertised;
  std::vector<std::string> protocol_map;      // NAME:PROTOCOL
  std::vector<std::string> controller_names;  // listeners that are not opened
  std::string inter_broker_name;
  std::string inter_broker_protocol = "PLAINTEXT";
  std::string host_name;  // this machine's name, for listeners on all addresses
};

// Works out who listens where, by Kafka's rules. Nothing is resolved or bound here.
//
// InvalidArgument, naming the property: text that is no endpoint; a name or a port that comes
// twice (one port may serve an IPv4 and an IPv6 address); a name without protocol; a protocol
// other than PLAINTEXT; an advertised name that is not listened on, or address that is 0.0.0.0
// or [::]; no listener left beside those of controllers; an inter-broker listener that is not
// advertised.
absl::StatusOr<Listeners> ResolveListeners(const ListenerInput& input);

// "host:port", "[v6]:port"; InvalidArgument, naming the property. The endpoint has no name.
absl::StatusOr<Endpoint> ParseAddress(std::string_view property, std::string_view text);
std::string Address(const Endpoint& endpoint);

// One endpoint; `property` is named in the error.
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view property, std::string_view text);

}  // namespace varve::config
