#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

// Types of records in a metadata log that have no struct of their own.
namespace varve::cluster {

inline constexpr uint32_t kBeginTransaction = 23;
inline constexpr uint32_t kEndTransaction = 24;
inline constexpr uint32_t kAbortTransaction = 25;

// What a record of that type is about, for a note about one that changes nothing here.
constexpr std::string_view SubjectOf(uint32_t type) {
  switch (type) {
    case 0:
    case 1:
    case 7:
    case 8:
    case 17:
      return "registrations of brokers";
    case 10:
    case 26:
      return "delegation tokens";
    case 11:
    case 22:
      return "SCRAM credentials";
    case 14:
      return "client quotas";
    case 18:
    case 19:
      return "access control lists";
    case 21:
      return "the migration from ZooKeeper";
    case 27:
      return "registrations of controllers";
    default:
      return "something unknown";
  }
}

// Whether topics, their partitions and configurations, or producer ids depend on records of this
// type: a version that cannot be read must not be passed over.
constexpr bool MustBeUnderstood(uint32_t type) {
  constexpr std::array<uint32_t, 8> kTypes{2, 3, 4, 5, 9, 12, 15, 23};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end() || type == kEndTransaction ||
         type == kAbortTransaction;
}

}  // namespace varve::cluster
