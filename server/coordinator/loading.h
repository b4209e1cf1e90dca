#pragma once

#include <absl/status/statusor.h>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/log.h"
#include "server/coordinator/group_replay.h"

namespace varve::coordinator {

// Reads all of a log of __consumer_offsets below its high watermark, decoding off the loop.
// Cancelled: `stop` was set. DataLoss: it is damaged. Others are Log::Read's and File::Read's.
io::Task<absl::StatusOr<GroupReplay>> LoadGroups(io::Loop& loop, log::Log& log,
                                                 const io::Event& stop);

}  // namespace varve::coordinator
