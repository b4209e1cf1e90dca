#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/task.h"
#include "engine/log/log.h"

// Producers in the workloads of the crash suite.
namespace varve::log::test {

// Gives a batch that a producer sends its sequence number. Not for markers, nor for batches of
// nobody.
void SetSequence(Buffer& batch, int32_t sequence);
bool HasSequence(Bytes batch);

// Whether what the log knows of its producers is what `batches`, all that it holds, say.
io::Task<absl::StatusOr<std::string>> CheckProducers(Log& log, std::vector<Bytes> batches);

}  // namespace varve::log::test
