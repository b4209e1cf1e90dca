#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/wire/codec.h"

namespace varve::wire {

// Who may do what: the parts that the requests about it share. Of every enum any other number may
// arrive; kAny is for filters only.

enum class AclResource : int8_t {
  kUnknown = 0,
  kAny = 1,
  kTopic = 2,
  kGroup = 3,
  kCluster = 4,  // its name is "kafka-cluster"
  kTransactionalId = 5,
  kDelegationToken = 6,
  kUser = 7,  // from version 3 on
};

// How the name of an ACL's resource is compared with that of a resource in use.
enum class AclPattern : int8_t {
  kUnknown = 0,
  kAny = 1,
  kMatch = 2,     // filters only: every ACL that counts for a resource of this name
  kLiteral = 3,   // the same name; "*" is any
  kPrefixed = 4,  // a name that begins with it
};

enum class AclOperation : int8_t {
  kUnknown = 0,
  kAny = 1,
  kAll = 2,
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
  kCreateTokens = 13,
  kDescribeTokens = 14,
};

enum class AclPermission : int8_t {
  kUnknown = 0,
  kAny = 1,
  kDeny = 2,
  kAllow = 3,
};

struct Acl {
  AclResource resource_type = AclResource::kUnknown;
  std::string_view resource_name{};
  AclPattern pattern_type = AclPattern::kLiteral;
  std::string_view principal{};  // "User:name"
  std::string_view host{};       // an address, or "*"
  AclOperation operation = AclOperation::kUnknown;
  AclPermission permission_type = AclPermission::kUnknown;

  bool operator==(const Acl&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.resource_type, self.resource_name, self.pattern_type, self.principal, self.host,
          self.operation, self.permission_type);
  }
};

// Null fits every name.
struct AclFilter {
  AclResource resource_type = AclResource::kUnknown;
  std::optional<std::string_view> resource_name{};
  AclPattern pattern_type = AclPattern::kLiteral;
  std::optional<std::string_view> principal{};
  std::optional<std::string_view> host{};
  AclOperation operation = AclOperation::kUnknown;
  AclPermission permission_type = AclPermission::kUnknown;

  bool operator==(const AclFilter&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.resource_type, self.resource_name, self.pattern_type, self.principal, self.host,
          self.operation, self.permission_type);
  }
};

}  // namespace varve::wire
