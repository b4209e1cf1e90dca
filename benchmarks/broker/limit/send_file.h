#pragma once

#include "benchmarks/broker/limit/receive.h"
#include "benchmarks/broker/limit/trial.h"

namespace varve::bench {

// How bytes of a file get into a socket.
enum class Means {
  kSendfile,
  kSplice,    // through a pipe
  kReadSend,  // pread into a buffer that stays hot, and send
};

inline constexpr size_t kAskBytes = 64;  // of a request that asks for an answer

// Answers each request with the next `answer_bytes` of the file, which holds `bytes_max` of them.
// The file outlives the result.
Serve ServeFile(size_t answer_bytes, Means means, const LimitFile& file);

}  // namespace varve::bench
