#include "benchmarks/broker/load/handshake.h"

#include <optional>

#include "benchmarks/broker/frames/frame_splitter.h"
#include "engine/base/status.h"
#include "server/wire/api_versions.h"
#include "server/wire/message.h"

namespace varve::bench {

io::Task<absl::Status> ShakeHands(io::Stream& stream, MutableBytes scratch) {
  Buffer request;
  wire::RequestHeader header;
  header.client_id = "varve-bench";
  const wire::ApiVersionsRequest body;
  CO_RETURN_IF_ERROR(wire::EncodeRequest(header, body, request));
  const Bytes pieces[] = {request};
  CO_RETURN_IF_ERROR(co_await stream.Write(pieces, /*more=*/false));
  FrameSplitter splitter;
  bool answered = false;
  const auto on_frame = [&answered](Bytes /*frame*/) {
    answered = true;
    return absl::OkStatus();
  };
  while (!answered) {
    // Waits without a buffer: many connections share `scratch`.
    CO_RETURN_IF_ERROR(co_await stream.Readable());
    const absl::StatusOr<size_t> read = stream.TryRead(scratch);
    if (absl::IsOutOfRange(read.status())) {
      co_return absl::UnavailableError("the broker closed the connection");
    }
    CO_RETURN_IF_ERROR(read.status());
    CO_RETURN_IF_ERROR(splitter.Feed(scratch.first(*read), on_frame));
  }
  co_return absl::OkStatus();
}

}  // namespace varve::bench
