#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/backend.h"
#include "engine/io/net.h"
#include "engine/io/posix/readiness.h"
#include "engine/io/sync.h"

namespace varve::io {

// Sends file ranges to sockets, the cheapest way for each turn of at most kTurnBytes:
//   resident and small   copied through one buffer that stays hot in the processor's cache
//   resident             sendfile
//   cold                 read on the pool into one of kColdReadsMax buffers, and sent from there:
//                        sendfile would stop the whole loop until the device answers
//
// Threads   One loop.
class FileSender {
 public:
  static constexpr size_t kTurnBytes = size_t{256} << 10;
  static constexpr size_t kCopyBytesMax = size_t{48} << 10;  // copying is cheaper up to here
  // Of one look whether a file is resident: what is sent of it soon after.
  static constexpr uint64_t kLookBytes = uint64_t{1} << 20;
  static constexpr size_t kColdReadsMax = 8;
  // A receiver that takes nothing for so long gives its buffer up; the rest is read again.
  static constexpr Duration kColdPatience = std::chrono::milliseconds(100);

  FileSender(Loop& loop, const Features& features);

  // Sends all of `range` to the socket `out` that `readiness` watches. Errors as
  // Stream::SendFile.
  Task<absl::Status> Send(int out, Readiness& readiness, const FileRange& range, bool more);

  // Sends `before`, a small range, and `after` in one call, if that can be done without waiting.
  // How many of these bytes were sent, which may be none, or -errno of the socket.
  ssize_t TryAtOnce(int out, Bytes before, const FileRange& range, Bytes after, bool more);

 private:
  struct Turn {
    int out;
    int in;
    uint64_t position;
    size_t size;
    bool more;
  };
  enum class Way { kSent, kSocketFull, kCold, kShort, kFailed };
  struct Step {
    Way way;
    size_t sent = 0;
    int error = 0;
  };

  // `resident_end`: up to where the file is known to be resident; moves on.
  Step TryResident(const Turn& turn, uint64_t range_end, uint64_t& resident_end);
  Step TryCopy(const Turn& turn);
  Step TrySendfile(const Turn& turn);
  Task<Step> SendCold(Turn turn, Readiness& readiness);
  Task<Step> SendBuffer(int out, Bytes bytes, bool more, Readiness& readiness);
  Buffer TakeBuffer();
  void GiveBuffer(Buffer buffer);

  Loop& loop_;
  const Features features_;
  Buffer hot_;
  Semaphore cold_reads_;
  std::vector<Buffer> kept_;  // for cold reads, last in, first out
};

}  // namespace varve::io
