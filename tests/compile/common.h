#pragma once

#include "engine/base/status.h"
#include "engine/io/task.h"

namespace varve {

absl::Status MayFail();
io::Task<absl::Status> MayFailLater();

}  // namespace varve
