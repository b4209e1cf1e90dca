#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "benchmarks/broker/cluster/topic.h"
#include "engine/base/status.h"
#include "server/wire/list_offsets.h"
#include "server/wire/metadata.h"
#include "tools/varve/client/connection.h"
#include "tools/varve/client/errors.h"
#include "tools/varve/client/retry.h"

namespace varve::bench {
namespace {

constexpr io::Duration kPatience = std::chrono::seconds(60);         // with one request
constexpr io::Duration kServingPatience = std::chrono::minutes(10);  // with a topic just made
constexpr size_t kPartitionsPerRequest = 10'000;
constexpr int kVersionMax = 6;  // enough for the two ends

using Offsets = std::vector<int64_t>;  // by partition number

absl::Status StatusOf(wire::ErrorCode error, const std::string& topic, int32_t partition) {
  const std::string what = fmt::format("offsets of {}-{}", topic, partition);
  absl::Status status = cli::ToStatus(error, "", what);
  const bool passes = cli::IsRetriable(error) || error == wire::ErrorCode::kUnknownTopicOrPartition;
  return passes ? absl::UnavailableError(status.message()) : status;
}

io::Task<absl::Status> ListAt(cli::Connection& broker, const Topic& topic,
                              std::span<const int32_t> partitions, int64_t which,
                              io::MonoTime deadline, Offsets& offsets) {
  wire::ListOffsetsRequest request;
  wire::ListOffsetsRequest::Topic& asked = request.topics.emplace_back();
  asked.name = topic.name;
  asked.partitions.reserve(partitions.size());
  for (const int32_t index : partitions) asked.partitions.push_back({index, -1, which});
  CO_ASSIGN_OR_RETURN(const auto reply, co_await broker.Call<wire::ListOffsetsResponse>(
                                            request, kVersionMax, deadline));
  for (const auto& answered : reply.body.topics) {
    for (const auto& partition : answered.partitions) {
      CO_RETURN_IF_ERROR(StatusOf(partition.error_code, topic.name, partition.index));
      const auto index = static_cast<size_t>(partition.index);
      if (index < offsets.size()) offsets[index] = partition.offset;
    }
  }
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::StatusOr<std::vector<Extent>>> Extents(cli::Client& client, const Topic& topic) {
  io::Loop& loop = client.loop();
  Offsets starts(topic.partitions.size());
  Offsets ends(topic.partitions.size());
  for (const io::Endpoint& leader : topic.Leaders()) {
    const io::MonoTime connected_by = loop.Now() + kPatience;
    CO_ASSIGN_OR_RETURN(const auto broker,
                        co_await cli::Connection::Open(loop, leader, connected_by));
    const std::vector<int32_t> led = topic.LedBy(leader);
    for (size_t at = 0; at < led.size(); at += kPartitionsPerRequest) {
      const auto some =
          std::span(led).subspan(at).first(std::min(kPartitionsPerRequest, led.size() - at));
      const io::MonoTime deadline = loop.Now() + kPatience;
      CO_RETURN_IF_ERROR(
          co_await ListAt(*broker, topic, some, wire::kEarliestTimestamp, deadline, starts));
      CO_RETURN_IF_ERROR(
          co_await ListAt(*broker, topic, some, wire::kLatestTimestamp, deadline, ends));
    }
  }
  std::vector<Extent> extents;
  extents.reserve(starts.size());
  for (size_t i = 0; i < starts.size(); ++i) extents.push_back({starts[i], ends[i]});
  co_return extents;
}

io::Task<absl::Status> AwaitServing(cli::Client& client, const Topic& topic) {
  const io::MonoTime deadline = client.loop().Now() + kServingPatience;
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<std::vector<Extent>> extents = co_await Extents(client, topic);
    const bool later = absl::IsUnavailable(extents.status()) && client.loop().Now() < deadline;
    if (!later) co_return extents.status();
    co_await io::Sleep(client.loop(), cli::PauseBefore(attempt));
  }
}

}  // namespace varve::bench
