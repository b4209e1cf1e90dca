#include "benchmarks/broker/report/told_run.h"

#include <fmt/format.h>

#include <utility>

#include "benchmarks/broker/report/json_value.h"
#include "engine/base/status.h"

namespace varve::bench {
namespace {

std::optional<double> MaybeNumber(const JsonValue& value) {
  if (value.kind != JsonValue::Kind::kNumber) return std::nullopt;
  return value.number;
}

uint64_t Whole(const JsonValue& value) {
  return value.number > 0 && value.number < 1e18 ? static_cast<uint64_t>(value.number) : 0;
}

Histogram ReadLatency(const JsonValue& told) {
  Histogram latency;
  for (const JsonValue& bucket : told["buckets"].elements) {
    if (bucket.elements.size() != 2) continue;
    latency.Add(Whole(bucket.elements[0]), Whole(bucket.elements[1]));
  }
  return latency;
}

std::string Joined(const JsonValue& object) {
  std::string text;
  for (size_t i = 0; i < object.names.size(); ++i) {
    const JsonValue& value = object.elements[i];
    const std::string shown =
        value.kind == JsonValue::Kind::kText ? value.text : fmt::format("{}", value.number);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", object.names[i], shown);
  }
  return text;
}

ToldRow ReadRow(const JsonValue& told) {
  ToldRow row;
  row.label = told["label"].text;
  row.requests_per_second = told["requests_per_second"].number;
  row.records_per_second = told["records_per_second"].number;
  row.mib_per_second = told["mib_per_second"].number;
  row.own_cpu_per_gib = MaybeNumber(told["own"]["cpu_seconds_per_gib"]);
  row.server_cpu_per_gib = MaybeNumber(told["broker"]["cpu_seconds_per_gib"]);
  row.server_cpu_us_per_request = MaybeNumber(told["broker"]["cpu_us_per_request"]);
  row.latency = ReadLatency(told["latency_us"]);
  row.errors = Joined(told["errors"]);
  return row;
}

}  // namespace

absl::StatusOr<ToldRun> ReadRun(std::string name, std::string_view json) {
  const absl::StatusOr<JsonValue> told = ParseJson(json);
  if (!told.ok() || (*told)["name"].text != "varve-bench") {
    return absl::InvalidArgumentError(fmt::format(
        "{} is not what varve-bench --json writes: {}", name,
        told.ok() ? "it has no such name in it" : std::string(told.status().message())));
  }
  ToldRun run;
  run.name = std::move(name);
  run.mode = (*told)["mode"].text;
  run.start = (*told)["start"].text;
  run.machine = Joined((*told)["machine"]);
  run.options = Joined((*told)["options"]);
  for (const JsonValue& row : (*told)["rows"].elements) run.rows.push_back(ReadRow(row));
  return run;
}

}  // namespace varve::bench
