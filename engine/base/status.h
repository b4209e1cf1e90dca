#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

// Leaves the function with the error, if there is one. CO_ variants are for coroutines.
#define VARVE_STATUS_CAT_(a, b) a##b
#define VARVE_STATUS_CAT(a, b) VARVE_STATUS_CAT_(a, b)

#define VARVE_RETURN_IF_ERROR_(leave, expression)                       \
  do {                                                                  \
    if (absl::Status varve_status = (expression); !varve_status.ok()) { \
      leave varve_status;                                               \
    }                                                                   \
  } while (false)
#define RETURN_IF_ERROR(expression) VARVE_RETURN_IF_ERROR_(return, expression)
#define CO_RETURN_IF_ERROR(expression) VARVE_RETURN_IF_ERROR_(co_return, expression)

// ASSIGN_OR_RETURN(auto value, MakeValue());
#define VARVE_ASSIGN_(leave, temporary, target, expression) \
  auto temporary = (expression);                            \
  if (!temporary.ok()) leave std::move(temporary).status(); \
  target = *std::move(temporary)
#define ASSIGN_OR_RETURN(target, expression) \
  VARVE_ASSIGN_(return, VARVE_STATUS_CAT(varve_or_, __LINE__), target, expression)
#define CO_ASSIGN_OR_RETURN(target, expression) \
  VARVE_ASSIGN_(co_return, VARVE_STATUS_CAT(varve_or_, __LINE__), target, expression)

namespace varve {

// The one place where an error is let go on purpose: say why at the call.
inline void IgnoreError(const absl::Status& /*status*/) {}

}  // namespace varve
