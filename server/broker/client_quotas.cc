#include "server/wire/client_quotas.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"

// Nobody has a quota. Questions are checked and answered as Kafka answers them then; setting one
// is refused, since it would have no effect.
namespace varve::broker {
namespace {

using cluster::Verdict;
using wire::ErrorCode;

constexpr std::string_view kTypes[] = {"user", "client-id", "ip"};

Verdict Refuse(ErrorCode error, std::string message) { return {error, std::move(message)}; }

// `unknown`: the error for a type that there is not.
Verdict CheckTypes(const std::vector<std::string_view>& types, ErrorCode unknown) {
  std::set<std::string_view> seen;
  for (const std::string_view type : types) {
    if (type.empty()) return Refuse(ErrorCode::kInvalidRequest, "a type of entity is empty");
    if (!seen.insert(type).second) {
      return Refuse(ErrorCode::kInvalidRequest, fmt::format("{} is named more than once", type));
    }
    if (std::ranges::find(kTypes, type) == std::end(kTypes)) {
      return Refuse(unknown, fmt::format("{} is no type of entity", type));
    }
  }
  if (seen.contains("ip") && seen.size() > 1) {
    return Refuse(ErrorCode::kInvalidRequest, "an ip goes with no other type of entity");
  }
  return {};
}

Verdict Check(const wire::DescribeClientQuotasRequest& request) {
  std::vector<std::string_view> types;
  types.reserve(request.components.size());
  for (const auto& component : request.components) types.push_back(component.entity_type);
  Verdict verdict = CheckTypes(types, ErrorCode::kUnsupportedVersion);
  for (const auto& component : request.components) {
    if (!verdict.ok()) break;
    const auto type = static_cast<int>(component.match_type);
    const bool exact = component.match_type == wire::QuotaMatch::kExact;
    if (type < 0 || type > static_cast<int>(wire::QuotaMatch::kAny)) {
      verdict = Refuse(ErrorCode::kInvalidRequest, fmt::format("there is no match type {}", type));
    } else if (component.match.has_value() != exact) {
      verdict = Refuse(ErrorCode::kInvalidRequest, "exact matches alone come with a name");
    }
  }
  return verdict;
}

Verdict Check(const wire::AlterClientQuotasRequest::Entry& entry) {
  if (entry.entity.empty()) return Refuse(ErrorCode::kInvalidRequest, "the entity is empty");
  std::vector<std::string_view> types;
  types.reserve(entry.entity.size());
  for (const wire::QuotaEntity& part : entry.entity) types.push_back(part.entity_type);
  Verdict verdict = CheckTypes(types, ErrorCode::kInvalidRequest);
  if (!verdict.ok()) return verdict;
  const bool removes =
      std::all_of(entry.ops.begin(), entry.ops.end(), [](const auto& op) { return op.remove; });
  if (removes) return {};  // there is none already
  return Refuse(ErrorCode::kUnsupportedVersion, "this broker has no quotas");
}

}  // namespace

io::Task<absl::Status> HandleDescribeClientQuotas(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeClientQuotasRequest>(body, context.version()));
  wire::DescribeClientQuotasResponse response;
  const Verdict verdict = Check(request);
  if (verdict.ok()) {
    response.entries.emplace();
  } else {
    response.error_code = verdict.error;
    response.error_message = verdict.message;
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

io::Task<absl::Status> HandleAlterClientQuotas(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::AlterClientQuotasRequest>(body, context.version()));
  wire::AlterClientQuotasResponse response;
  for (const auto& asked : request.entries) {
    const Verdict verdict = Check(asked);
    auto& entry = response.entries.emplace_back();
    entry.error_code = verdict.error;
    if (!verdict.ok()) entry.error_message = verdict.message;
    entry.entity = asked.entity;
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
