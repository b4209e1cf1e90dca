#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// How much clients may ask for.
struct DescribeClientQuotasApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeClientQuotas;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 1;
};
struct AlterClientQuotasApi {
  static constexpr ApiKey kKey = ApiKey::kAlterClientQuotas;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 1;
};

// What a part of a filter wants an entity of its type to be.
enum class QuotaMatch : int8_t {
  kExact = 0,    // the one with this name
  kDefault = 1,  // the one that stands for all without quotas of their own
  kAny = 2,      // any that has a name
};

// Whom a quota is for: a list of these is one entity, such as a user's client.
struct QuotaEntity {
  std::string_view entity_type{};                 // "user", "client-id" or "ip"
  std::optional<std::string_view> entity_name{};  // null: the default

  bool operator==(const QuotaEntity&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.entity_type, self.entity_name);
  }
};

struct DescribeClientQuotasRequest {
  using Api = DescribeClientQuotasApi;

  struct Component {
    std::string_view entity_type{};
    QuotaMatch match_type = QuotaMatch::kExact;
    std::optional<std::string_view> match{};

    bool operator==(const Component&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.entity_type, self.match_type, self.match);
    }
  };

  std::vector<Component> components{};
  bool strict = false;  // leaves out entities that have other types as well

  bool operator==(const DescribeClientQuotasRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.components, self.strict);
  }
};

struct DescribeClientQuotasResponse {
  using Api = DescribeClientQuotasApi;

  struct Value {
    std::string_view key{};
    double value = 0;

    bool operator==(const Value&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.key, self.value); }
  };
  struct Entry {
    std::vector<QuotaEntity> entity{};
    std::vector<Value> values{};

    bool operator==(const Entry&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.entity, self.values);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::optional<std::vector<Entry>> entries{};  // null with an error

  bool operator==(const DescribeClientQuotasResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.error_message, self.entries);
  }
};

struct AlterClientQuotasRequest {
  using Api = AlterClientQuotasApi;

  struct Operation {
    std::string_view key{};
    double value = 0;  // means nothing if it is removed
    bool remove = false;

    bool operator==(const Operation&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.key, self.value, self.remove);
    }
  };
  struct Entry {
    std::vector<QuotaEntity> entity{};
    std::vector<Operation> ops{};

    bool operator==(const Entry&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.entity, self.ops); }
  };

  std::vector<Entry> entries{};
  bool validate_only = false;

  bool operator==(const AlterClientQuotasRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.entries, self.validate_only);
  }
};

struct AlterClientQuotasResponse {
  using Api = AlterClientQuotasApi;

  struct Entry {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::vector<QuotaEntity> entity{};

    bool operator==(const Entry&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.error_message, self.entity);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Entry> entries{};

  bool operator==(const AlterClientQuotasResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.entries);
  }
};

}  // namespace varve::wire
