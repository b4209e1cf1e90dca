#include "tests/compile/common.h"

namespace varve {

absl::Status Looks() { return MayFail(); }

io::Task<absl::Status> LooksLater() {
  CO_RETURN_IF_ERROR(co_await MayFailLater());
  co_return MayFail();
}

}  // namespace varve
