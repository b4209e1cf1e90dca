#include "server/config/listeners.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "server/config/value.h"

namespace varve::config {
namespace {

constexpr size_t kNameBytesMax = 255;  // of a host in DNS; of a listener's name likewise

absl::Status Refuse(std::string_view property, std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("{}={}: {}", property, Shown(text), why));
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool AllIn(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [extra](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           extra.find(c) != std::string_view::npos;
  });
}

std::optional<in6_addr> ParseIpv6(std::string_view host) {
  const std::string address(host.substr(0, host.find('%')));  // without the zone
  in6_addr parsed;
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return std::nullopt;
  return parsed;
}

bool IsIpv4(std::string_view host) {
  in_addr parsed;
  return inet_pton(AF_INET, std::string(host).c_str(), &parsed) == 1;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return port;
}

// Cuts the host from "host:port" and leaves ":port"; nullopt if there is no valid host.
std::optional<std::string> TakeHost(std::string_view& address) {
  const bool bracketed = address.starts_with('[');
  const size_t end = bracketed ? address.find(']') : address.find(':');
  if (end == std::string_view::npos) return std::nullopt;
  std::string host(bracketed ? address.substr(1, end - 1) : address.substr(0, end));
  address.remove_prefix(bracketed ? end + 1 : end);
  if (host.size() > kNameBytesMax || !AllIn(host, bracketed ? ":.%-_" : ".%-_")) {
    return std::nullopt;
  }
  if (bracketed && !ParseIpv6(host)) return std::nullopt;
  return host;
}

absl::StatusOr<SecurityProtocol> ParseProtocol(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, SecurityProtocol>, 4> kProtocols = {{
      {"PLAINTEXT", SecurityProtocol::kPlaintext},
      {"SSL", SecurityProtocol::kSsl},
      {"SASL_PLAINTEXT", SecurityProtocol::kSaslPlaintext},
      {"SASL_SSL", SecurityProtocol::kSaslSsl},
  }};
  for (const auto& [name, protocol] : kProtocols) {
    if (name == Upper(text)) return protocol;
  }
  return Refuse("listener.security.protocol.map", text,
                "permitted protocols are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
}

using ProtocolMap = std::map<std::string, SecurityProtocol>;

absl::StatusOr<ProtocolMap> ParseProtocolMap(const std::vector<std::string>& entries) {
  ProtocolMap map;
  for (const std::string& entry : entries) {
    const size_t colon = entry.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      return Refuse("listener.security.protocol.map", entry, "permitted is NAME:PROTOCOL");
    }
    ASSIGN_OR_RETURN(const SecurityProtocol protocol, ParseProtocol(entry.substr(colon + 1)));
    if (!map.emplace(Upper(Trim(entry.substr(0, colon))), protocol).second) {
      return Refuse("listener.security.protocol.map", entry, "this name stands there twice");
    }
  }
  return map;
}

const Endpoint* FindName(const std::vector<Endpoint>& endpoints, std::string_view name) {
  const auto at = std::find_if(endpoints.begin(), endpoints.end(),
                               [name](const Endpoint& e) { return e.name == name; });
  return at == endpoints.end() ? nullptr : &*at;
}

// The endpoints of a property, without those of controllers.
absl::StatusOr<std::vector<Endpoint>> ParseEndpoints(std::string_view property,
                                                     const std::vector<std::string>& texts,
                                                     const ListenerInput& input) {
  std::vector<Endpoint> endpoints;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(Endpoint endpoint, ParseEndpoint(property, text));
    const auto& controllers = input.controller_names;
    if (std::any_of(controllers.begin(), controllers.end(),
                    [&](const std::string& name) { return Upper(name) == endpoint.name; })) {
      continue;
    }
    if (FindName(endpoints, endpoint.name) != nullptr) {
      return Refuse(property, text, "this name stands there twice");
    }
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

bool OneIpv4OneIpv6(const Endpoint& a, const Endpoint& b) {
  return (IsIpv4(a.host) && ParseIpv6(b.host)) || (ParseIpv6(a.host) && IsIpv4(b.host));
}

absl::Status CheckPorts(const std::vector<Endpoint>& bound) {
  for (size_t i = 0; i < bound.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (bound[i].port == 0 || bound[i].port != bound[j].port) continue;
      if (OneIpv4OneIpv6(bound[i], bound[j])) continue;
      return Refuse("listeners", bound[i].ToString(),
                    fmt::format("{} has this port already", bound[j].ToString()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckProtocols(const std::vector<Endpoint>& bound, const ProtocolMap& protocols) {
  for (const Endpoint& endpoint : bound) {
    const auto at = protocols.find(endpoint.name);
    if (at == protocols.end()) {
      return Refuse("listeners", endpoint.ToString(),
                    fmt::format("listener.security.protocol.map has no protocol for it; add {}:"
                                "PLAINTEXT there",
                                endpoint.name));
    }
    if (at->second != SecurityProtocol::kPlaintext) {
      return Refuse("listeners", endpoint.ToString(),
                    "its security protocol is TLS or SASL; only PLAINTEXT is served");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Endpoint>> ResolveAdvertised(const ListenerInput& input,
                                                        const std::vector<Endpoint>& bound) {
  std::vector<Endpoint> advertised = bound;
  if (!input.advertised.empty()) {
    ASSIGN_OR_RETURN(advertised, ParseEndpoints("advertised.listeners", input.advertised, input));
  }
  for (Endpoint& endpoint : advertised) {
    const bool host_of_machine =
        endpoint.host.empty() || (input.advertised.empty() && BindsToAll(endpoint.host));
    if (host_of_machine) endpoint.host = input.host_name.empty() ? "localhost" : input.host_name;
    if (BindsToAll(endpoint.host)) {
      return Refuse("advertised.listeners", endpoint.ToString(),
                    "clients cannot connect to this address; permitted is one they can reach");
    }
    if (FindName(bound, endpoint.name) == nullptr) {
      return Refuse("advertised.listeners", endpoint.ToString(),
                    "permitted are the names in listeners");
    }
  }
  return advertised;
}

absl::StatusOr<std::string> ResolveInterBroker(const ListenerInput& input,
                                               const Listeners& listeners) {
  const bool named = !input.inter_broker_name.empty();
  std::string name = Upper(named ? input.inter_broker_name : input.inter_broker_protocol);
  if (listeners.Advertised(name) != nullptr) return name;
  std::vector<std::string> names;
  names.reserve(listeners.advertised.size());
  for (const Endpoint& endpoint : listeners.advertised) names.push_back(endpoint.name);
  return Refuse("inter.broker.listener.name", name,
                fmt::format("permitted are the advertised listeners: {}", Join(names, ", ")));
}

}  // namespace

std::string Address(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", endpoint.host, ipv6 ? "]" : "", endpoint.port);
}

std::string Endpoint::ToString() const { return fmt::format("{}://{}", name, Address(*this)); }

bool BindsToAll(std::string_view host) {
  if (host.empty() || host == "0.0.0.0") return true;
  const std::optional<in6_addr> ipv6 = ParseIpv6(host);
  return ipv6 && IN6_IS_ADDR_UNSPECIFIED(&*ipv6);
}

const Endpoint* Listeners::Advertised(std::string_view name) const {
  return FindName(advertised, name);
}

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view property, std::string_view text) {
  constexpr std::string_view kPermitted =
      "permitted is NAME://host:port, with IPv6 addresses in brackets and a port up to 65535";
  const std::string_view trimmed = Trim(text);
  const size_t slashes = trimmed.find("://");
  if (slashes == std::string_view::npos || slashes == 0 || slashes > kNameBytesMax) {
    return Refuse(property, text, kPermitted);
  }
  Endpoint endpoint{.name = Upper(trimmed.substr(0, slashes)), .host = {}, .port = 0};
  std::string_view address = trimmed.substr(slashes + 3);
  std::optional<std::string> host = TakeHost(address);
  if (!AllIn(endpoint.name, "_-.") || !host || !address.starts_with(':')) {
    return Refuse(property, text, kPermitted);
  }
  const std::optional<uint16_t> port = ParsePort(address.substr(1));
  if (!port) return Refuse(property, text, kPermitted);
  endpoint.host = *std::move(host);
  endpoint.port = *port;
  return endpoint;
}

absl::StatusOr<Endpoint> ParseAddress(std::string_view property, std::string_view text) {
  constexpr std::string_view kPermitted =
      "permitted is host:port, with IPv6 addresses in brackets and a port up to 65535";
  std::string_view address = Trim(text);
  std::optional<std::string> host = TakeHost(address);
  if (!host || !address.starts_with(':')) return Refuse(property, text, kPermitted);
  const std::optional<uint16_t> port = ParsePort(address.substr(1));
  if (!port) return Refuse(property, text, kPermitted);
  return Endpoint{.name = {}, .host = *std::move(host), .port = *port};
}

absl::StatusOr<Listeners> ResolveListeners(const ListenerInput& input) {
  Listeners listeners;
  ASSIGN_OR_RETURN(listeners.bound, ParseEndpoints("listeners", input.listeners, input));
  if (listeners.bound.empty()) {
    return Refuse("listeners", Join(input.listeners, ","),
                  "at least one must be none of controller.listener.names");
  }
  RETURN_IF_ERROR(CheckPorts(listeners.bound));
  ASSIGN_OR_RETURN(const ProtocolMap protocols, ParseProtocolMap(input.protocol_map));
  RETURN_IF_ERROR(CheckProtocols(listeners.bound, protocols));
  ASSIGN_OR_RETURN(listeners.advertised, ResolveAdvertised(input, listeners.bound));
  ASSIGN_OR_RETURN(listeners.inter_broker_name, ResolveInterBroker(input, listeners));
  return listeners;
}

}  // namespace varve::config
