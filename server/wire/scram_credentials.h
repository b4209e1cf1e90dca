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

// Which users have passwords for SCRAM, by mechanism.
struct DescribeUserScramCredentialsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeUserScramCredentials;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

// Sets and removes such passwords.
struct AlterUserScramCredentialsApi {
  static constexpr ApiKey kKey = ApiKey::kAlterUserScramCredentials;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

enum class ScramMechanism : int8_t {
  kUnknown = 0,
  kSha256 = 1,
  kSha512 = 2,
};

struct DescribeUserScramCredentialsRequest {
  using Api = DescribeUserScramCredentialsApi;

  struct User {
    std::string_view name{};

    bool operator==(const User&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name); }
  };

  std::optional<std::vector<User>> users{};  // null or empty asks for all

  bool operator==(const DescribeUserScramCredentialsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.users); }
};

struct DescribeUserScramCredentialsResponse {
  using Api = DescribeUserScramCredentialsApi;

  struct CredentialInfo {
    ScramMechanism mechanism = ScramMechanism::kUnknown;
    int32_t iterations = 0;

    bool operator==(const CredentialInfo&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.mechanism, self.iterations);
    }
  };
  struct Result {
    std::string_view user{};
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    std::vector<CredentialInfo> credential_infos{};

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.user, self.error_code, self.error_message, self.credential_infos);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  std::vector<Result> results{};

  bool operator==(const DescribeUserScramCredentialsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.error_message, self.results);
  }
};

struct AlterUserScramCredentialsRequest {
  using Api = AlterUserScramCredentialsApi;

  struct Deletion {
    std::string_view name{};
    ScramMechanism mechanism = ScramMechanism::kUnknown;

    bool operator==(const Deletion&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.mechanism);
    }
  };
  struct Upsertion {
    std::string_view name{};
    ScramMechanism mechanism = ScramMechanism::kUnknown;
    int32_t iterations = 0;
    OpaqueBytes salt{};
    OpaqueBytes salted_password{};

    bool operator==(const Upsertion&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.mechanism, self.iterations, self.salt, self.salted_password);
    }
  };

  std::vector<Deletion> deletions{};
  std::vector<Upsertion> upsertions{};

  bool operator==(const AlterUserScramCredentialsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.deletions, self.upsertions);
  }
};

struct AlterUserScramCredentialsResponse {
  using Api = AlterUserScramCredentialsApi;

  struct Result {
    std::string_view user{};
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.user, self.error_code, self.error_message);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};

  bool operator==(const AlterUserScramCredentialsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.results);
  }
};

}  // namespace varve::wire
