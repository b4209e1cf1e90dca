#pragma once

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <vector>

#include "engine/base/status.h"
#include "server/wire/header.h"

namespace varve::wire {

// Whole messages. `Request` and `Response` are the structs of the headers beside this one; each
// names its API (`Message::Api::kKey`, `kMin`, `kMax`, `kFirstFlexible`).

inline absl::Status CheckVersion(ApiKey key, int version, int min, int max) {
  if (min <= version && version <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} version {} is not in {}-{}", Name(key), version, min, max));
}

// Reads the body that follows a header. The message holds views of the reader's frame.
template <typename Message>
absl::StatusOr<Message> DecodeBody(Reader& reader, int version) {
  using Api = typename Message::Api;
  RETURN_IF_ERROR(CheckVersion(Api::kKey, version, Api::kMin, Api::kMax));
  reader.Use(version, version >= Api::kFirstFlexible);
  Message message;
  reader(message);
  if (!reader.ok()) return reader.status();
  return message;
}

// Reads a whole response: a frame without its size, answering a request of this version.
// A client is less wary than a broker: it asked for what it gets.
template <typename Response>
struct Answer {
  int32_t correlation_id = 0;
  Response body;
};
template <typename Response>
absl::StatusOr<Answer<Response>> DecodeResponse(Bytes frame, int version) {
  Reader reader(frame, /*array_bytes_max=*/size_t{1} << 30);
  Answer<Response> answer;
  ASSIGN_OR_RETURN(answer.correlation_id, ReadResponseHeader(Response::Api::kKey, version, reader));
  ASSIGN_OR_RETURN(answer.body, DecodeBody<Response>(reader, version));
  return answer;
}

// Writes a body; `writer.status()` tells whether all of it fitted.
template <typename Message>
void EncodeBody(const Message& message, int version, Writer& writer) {
  writer.Use(version, version >= Message::Api::kFirstFlexible);
  writer(message);
}

// Appends a whole frame, its size included, to `out`. After an error `out` is as it was.
// The key in `header` is taken from the request's type.
template <typename Request>
absl::Status EncodeRequest(RequestHeader header, const Request& request, Buffer& out) {
  using Api = typename Request::Api;
  RETURN_IF_ERROR(CheckVersion(Api::kKey, header.api_version, Api::kMin, Api::kMax));
  header.api_key = Api::kKey;
  const size_t start = BeginFrame(out);
  Writer writer(out);
  WriteRequestHeader(header, writer);
  EncodeBody(request, header.api_version, writer);
  absl::Status status = writer.status();
  if (status.ok()) status = FinishFrame(out, start);
  if (!status.ok()) out.resize(start);
  return status;
}

// Likewise for a response. What has to be inserted when `out` is sent is appended to `splices`.
template <typename Response>
absl::Status EncodeResponse(int32_t correlation_id, int version, const Response& response,
                            Buffer& out, std::vector<Splice>& splices) {
  using Api = typename Response::Api;
  RETURN_IF_ERROR(CheckVersion(Api::kKey, version, Api::kMin, Api::kMax));
  const size_t start = BeginFrame(out);
  const size_t splices_before = splices.size();
  Writer writer(out, &splices);
  WriteResponseHeader(Api::kKey, version, correlation_id, writer);
  EncodeBody(response, version, writer);
  absl::Status status = writer.status();
  if (status.ok()) status = FinishFrame(out, start, writer.splice_bytes());
  if (!status.ok()) {
    out.resize(start);
    splices.resize(splices_before);
  }
  return status;
}

}  // namespace varve::wire
