#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/acl.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Who may do what: asked for, granted, and withdrawn. Version 3 has the fields of version 2.
struct DescribeAclsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeAcls;
  static constexpr int kMin = 1, kMax = 3, kFirstFlexible = 2;
};
struct CreateAclsApi {
  static constexpr ApiKey kKey = ApiKey::kCreateAcls;
  static constexpr int kMin = 1, kMax = 3, kFirstFlexible = 2;
};
struct DeleteAclsApi {
  static constexpr ApiKey kKey = ApiKey::kDeleteAcls;
  static constexpr int kMin = 1, kMax = 3, kFirstFlexible = 2;
};

struct DescribeAclsRequest {
  using Api = DescribeAclsApi;

  AclFilter filter{};

  bool operator==(const DescribeAclsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    AclFilter::Fields(codec, self.filter, version);  // the filter is the body: no struct inside it
  }
};

struct DescribeAclsResponse {
  using Api = DescribeAclsApi;

  struct Entry {
    std::string_view principal{};
    std::string_view host{};
    AclOperation operation = AclOperation::kUnknown;
    AclPermission permission_type = AclPermission::kUnknown;

    bool operator==(const Entry&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.principal, self.host, self.operation, self.permission_type);
    }
  };
  struct Resource {
    AclResource resource_type = AclResource::kUnknown;
    std::string_view resource_name{};
    AclPattern pattern_type = AclPattern::kLiteral;
    std::vector<Entry> acls{};

    bool operator==(const Resource&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.resource_type, self.resource_name, self.pattern_type, self.acls);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::vector<Resource> resources{};

  bool operator==(const DescribeAclsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.error_message, self.resources);
  }
};

struct CreateAclsRequest {
  using Api = CreateAclsApi;

  std::vector<Acl> creations{};

  bool operator==(const CreateAclsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.creations); }
};

struct CreateAclsResponse {
  using Api = CreateAclsApi;

  struct Result {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.error_message);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};  // in the order of the request

  bool operator==(const CreateAclsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.results);
  }
};

struct DeleteAclsRequest {
  using Api = DeleteAclsApi;

  std::vector<AclFilter> filters{};

  bool operator==(const DeleteAclsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.filters); }
};

struct DeleteAclsResponse {
  using Api = DeleteAclsApi;

  struct MatchingAcl {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    Acl acl{};

    bool operator==(const MatchingAcl&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.error_code, self.error_message);
      Acl::Fields(codec, self.acl, version);  // its fields follow: no struct inside this one
    }
  };
  struct FilterResult {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::vector<MatchingAcl> matching_acls{};

    bool operator==(const FilterResult&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.error_message, self.matching_acls);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<FilterResult> filter_results{};  // in the order of the request

  bool operator==(const DeleteAclsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.filter_results);
  }
};

}  // namespace varve::wire
