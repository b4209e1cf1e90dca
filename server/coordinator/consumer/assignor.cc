#include "server/coordinator/consumer/assignor.h"

namespace varve::coordinator {

std::string_view Name(Assignor assignor) {
  return assignor == Assignor::kUniform ? "uniform" : "range";
}

std::optional<Assignor> FindAssignor(std::string_view name) {
  for (const Assignor each : {Assignor::kUniform, Assignor::kRange}) {
    if (Name(each) == name) return each;
  }
  return std::nullopt;
}

std::vector<Assignment> Assign(Assignor assignor, std::span<const AssignorMember> members,
                               std::span<const AssignorTopic> topics) {
  return assignor == Assignor::kUniform ? AssignUniform(members, topics)
                                        : AssignRange(members, topics);
}

}  // namespace varve::coordinator
