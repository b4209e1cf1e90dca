#include "tools/varve/client/connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/byte_order.h"
#include "server/wire/api_versions.h"

namespace varve::cli {
namespace {

constexpr size_t kFrameBytesMax = size_t{1} << 30;
constexpr size_t kReadBytes = 65536;
// Of ApiVersions; every broker answers the first.
constexpr int kOldest = 0;
constexpr int kNewestApiVersions = 3;

// Ends a connection whose peer takes too long.
class Watchdog : public io::Timer {
 public:
  explicit Watchdog(io::Stream& stream) : io::Timer(&Fire), stream_(stream) {}
  bool fired() const { return fired_; }

 private:
  static void Fire(io::Timer& timer) {
    auto& self = static_cast<Watchdog&>(timer);
    self.fired_ = true;
    self.stream_.Shutdown();
  }

  io::Stream& stream_;
  bool fired_ = false;
};

Spoken SpokenBy(const wire::ApiVersionsResponse& response) {
  Spoken spoken;
  for (const auto& api : response.api_keys) {
    const auto index = static_cast<size_t>(api.api_key);
    if (index < spoken.apis.size()) spoken.apis[index] = {api.min_version, api.max_version};
  }
  for (const auto& feature : response.finalized_features) {
    spoken.features.push_back({std::string(feature.name), feature.max_version_level});
  }
  return spoken;
}

// A broker that does not know the version asked for answers in version 0, with this error.
bool RefusesVersion(Bytes frame) {
  constexpr size_t kErrorAt = sizeof(int32_t);
  if (frame.size() < kErrorAt + sizeof(int16_t)) return false;
  return static_cast<wire::ErrorCode>(LoadBigEndian<int16_t>(frame.data() + kErrorAt)) ==
         wire::ErrorCode::kUnsupportedVersion;
}

}  // namespace

std::optional<int> CommonVersion(VersionRange ours, VersionRange theirs) {
  const int version = std::min(ours.max, theirs.max);
  if (theirs.empty() || version < std::max(ours.min, theirs.min)) return std::nullopt;
  return version;
}

io::Task<absl::StatusOr<std::unique_ptr<Connection>>> Connection::Open(io::Loop& loop,
                                                                       io::Endpoint endpoint,
                                                                       io::MonoTime deadline) {
  CO_ASSIGN_OR_RETURN(std::unique_ptr<io::Stream> stream,
                      co_await loop.net().Connect(endpoint, deadline));
  std::unique_ptr<Connection> connection(
      new Connection(loop, std::move(stream), endpoint.ToString()));
  CO_RETURN_IF_ERROR(co_await connection->Negotiate(deadline));
  co_return connection;
}

io::Task<absl::Status> Connection::Negotiate(io::MonoTime deadline) {
  for (int version : {kNewestApiVersions, kOldest}) {
    wire::ApiVersionsRequest request;
    request.client_software_name = kClientId;
    request.client_software_version = VARVE_VERSION;
    Buffer frame;
    CO_RETURN_IF_ERROR(wire::EncodeRequest(NextHeader(version), request, frame));
    CO_ASSIGN_OR_RETURN(const Buffer received, co_await Exchange(std::move(frame), deadline));
    if (version > kOldest && RefusesVersion(received)) continue;
    const auto answer = wire::DecodeResponse<wire::ApiVersionsResponse>(received, version);
    if (!answer.ok()) co_return Undecodable(answer.status());
    spoken_ = SpokenBy(answer->body);
    break;
  }
  co_return absl::OkStatus();
}

absl::StatusOr<int> Connection::VersionFor(wire::ApiKey key, VersionRange ours) const {
  const VersionRange theirs = spoken_.Of(key);
  if (const auto version = CommonVersion(ours, theirs)) return *version;
  if (theirs.empty()) {
    return absl::UnimplementedError(
        fmt::format("the broker at {} does not serve {} requests", name_, wire::Name(key)));
  }
  return absl::UnimplementedError(
      fmt::format("the broker at {} serves {} requests of versions {} to {}, this program {} to {}",
                  name_, wire::Name(key), theirs.min, theirs.max, ours.min, ours.max));
}

wire::RequestHeader Connection::NextHeader(int version) {
  wire::RequestHeader header;
  header.api_version = static_cast<int16_t>(version);
  header.correlation_id = ++correlation_id_;
  header.client_id = kClientId;
  return header;
}

absl::Status Connection::Undecodable(const absl::Status& why) const {
  return absl::DataLossError(
      fmt::format("cannot read what {} answered: {}", name_, std::string(why.message())));
}

absl::Status Connection::CheckCorrelation(const wire::RequestHeader& header,
                                          int32_t answered) const {
  if (answered == header.correlation_id) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} answered request {}, not {}", name_, answered, header.correlation_id));
}

io::Task<absl::StatusOr<Buffer>> Connection::Exchange(Buffer frame, io::MonoTime deadline) {
  Watchdog watchdog(*stream_);
  loop_.timers().Add(watchdog, deadline);
  absl::StatusOr<Buffer> received = co_await SendAndReceive(std::move(frame));
  if (received.ok()) co_return received;
  broken_ = true;
  if (watchdog.fired()) {
    co_return absl::DeadlineExceededError(fmt::format("{} did not answer in time", name_));
  }
  co_return received;
}

io::Task<absl::StatusOr<Buffer>> Connection::SendAndReceive(Buffer frame) {
  const Bytes pieces[] = {frame};
  CO_RETURN_IF_ERROR(co_await stream_->Write(pieces, /*more=*/false));
  Buffer head;
  CO_RETURN_IF_ERROR(co_await ReadInto(head, wire::kFrameSizeBytes));
  const auto size = LoadBigEndian<uint32_t>(head.data());
  if (size > kFrameBytesMax) {
    co_return absl::DataLossError(
        fmt::format("{} announces an answer of {} bytes: no Kafka broker?", name_, size));
  }
  Buffer body;
  CO_RETURN_IF_ERROR(co_await ReadInto(body, size));
  co_return body;
}

// The buffer grows as bytes arrive: the size is a claim.
io::Task<absl::Status> Connection::ReadInto(Buffer& into, size_t bytes) {
  size_t filled = 0;
  while (filled < bytes) {
    into.resize(filled + std::min(bytes - filled, std::max(kReadBytes, filled)));
    const MutableBytes room = MutableBytes(into).subspan(filled);
    CO_ASSIGN_OR_RETURN(const size_t read, co_await stream_->Read(room));
    if (read == 0) {
      co_return absl::UnavailableError(fmt::format("{} closed the connection", name_));
    }
    filled += read;
    into.resize(filled);
  }
  co_return absl::OkStatus();
}

}  // namespace varve::cli
