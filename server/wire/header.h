#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "server/wire/api.h"
#include "server/wire/reader.h"
#include "server/wire/writer.h"

namespace varve::wire {

// A frame is its size (32 bits, not counting itself), a header and a body.
inline constexpr size_t kFrameSizeBytes = 4;

// What a request begins with. The client id is a view of the frame; null reads as "".
struct RequestHeader {
  ApiKey api_key = ApiKey::kProduce;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::string_view client_id;

  bool operator==(const RequestHeader&) const = default;
};

// Reads the header of a request off the front of a frame (without its size) and leaves the
// reader at the body, set to its version. Keys and versions that we do not know are no error as
// long as the header can be read: the caller decides what to answer.
absl::StatusOr<RequestHeader> ReadRequestHeader(Reader& reader);
void WriteRequestHeader(const RequestHeader& header, Writer& writer);

// A response begins with the correlation id of its request and, in flexible versions, tagged
// fields. ApiVersions never has those: its reader cannot know yet what we speak.
absl::StatusOr<int32_t> ReadResponseHeader(ApiKey key, int version, Reader& reader);
void WriteResponseHeader(ApiKey key, int version, int32_t correlation_id, Writer& writer);

// Leaves room for the size of a frame at the end of `out`, and fills it in once the rest of the
// frame is there. Returns where the frame begins.
size_t BeginFrame(Buffer& out);
// `splice_bytes` are what will be inserted when the frame is sent. InvalidArgument if it all is
// more than 2 GiB.
absl::Status FinishFrame(Buffer& out, size_t frame_start, uint64_t splice_bytes = 0);

}  // namespace varve::wire
