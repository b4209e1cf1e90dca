#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/coordinator/consumer/assignment.h"

// How a broker divides partitions among the members of a group. Pure functions: the same members
// and topics give the same shares, in whatever order they are handed in.
namespace varve::coordinator {

enum class Assignor : uint8_t {
  kUniform,  // as many partitions for each as possible, and as few moves
  kRange,    // of each topic, neighbours together; topics of one size alike
};

// As clients name them: "uniform".
std::string_view Name(Assignor assignor);
std::optional<Assignor> FindAssignor(std::string_view name);

struct AssignorMember {
  std::string_view id{};
  std::optional<std::string_view> instance_id{};
  std::vector<Uuid> topics{};  // that it reads: ascending, none twice, each among the topics
  Assignment current{};        // its share so far
};

struct AssignorTopic {
  Uuid id{};
  int32_t partitions = 0;
};

// The members' shares, in the order of `members`. Every partition of a topic that somebody reads
// is in one of them. `topics` are ascending by id.
std::vector<Assignment> Assign(Assignor assignor, std::span<const AssignorMember> members,
                               std::span<const AssignorTopic> topics);

// Each topic for itself: members in order (static ones first, by instance id, then by id) get
// consecutive partitions, the first ones one more if it does not come out even.
std::vector<Assignment> AssignRange(std::span<const AssignorMember> members,
                                    std::span<const AssignorTopic> topics);

// Members keep what they have and may read. What is free goes to whoever has least; then
// partitions move as long as that brings two members nearer to each other. Members that read the
// same topics end up with numbers of partitions that differ by one at most.
std::vector<Assignment> AssignUniform(std::span<const AssignorMember> members,
                                      std::span<const AssignorTopic> topics);

}  // namespace varve::coordinator
