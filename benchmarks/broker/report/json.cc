#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <optional>

#include "benchmarks/broker/report/run.h"
#include "tools/text/json_writer.h"
#include "tools/text/time_text.h"

namespace varve::bench {
namespace {

using text::JsonWriter;

void Number(JsonWriter& json, std::string_view name, std::optional<double> value) {
  json.Key(name);
  value&& std::isfinite(*value) ? json.Raw(fmt::format("{:.9g}", *value)) : json.Null();
}

void WriteMachine(JsonWriter& json) {
  utsname system{};
  ::uname(&system);
  json.Key("machine").BeginObject();
  json.Field("kernel", system.release);
  json.Field("architecture", system.machine);
  json.Field("cpus", ::sysconf(_SC_NPROCESSORS_ONLN));
  json.EndObject();
}

void WriteUsed(JsonWriter& json, const Figures& figures, const Used& used) {
  json.BeginObject();
  Number(json, "cpu_seconds", used.cpu_seconds);
  Number(json, "cpu_seconds_per_gib", CpuPerGiB(figures, used));
  const std::optional<double> per_request =
      figures.requests > 0
          ? std::optional(1e6 * used.cpu_seconds / static_cast<double>(figures.requests))
          : std::nullopt;
  Number(json, "cpu_us_per_request", per_request);
  json.Field("memory_bytes_peak", used.memory_bytes_peak);
  json.Key("disk_bytes_read");
  used.disk_bytes_read ? json.Raw(fmt::format("{}", *used.disk_bytes_read)) : json.Null();
  json.EndObject();
}

void WriteLatency(JsonWriter& json, const Histogram& latency) {
  json.Key("latency_us").BeginObject();
  json.Field("count", latency.count());
  Number(json, "mean", latency.Mean());
  json.Field("min", latency.min());
  json.Field("max", latency.max());
  json.Key("percentiles").BeginObject();
  for (const double percent : kPercentiles) {
    json.Field(fmt::format("{}", percent), latency.Percentile(percent));
  }
  json.EndObject();
  json.Key("buckets").BeginArray();
  latency.ForEachBucket(
      [&](uint64_t micros, uint64_t count) { json.Raw(fmt::format("[{},{}]", micros, count)); });
  json.EndArray();
  json.EndObject();
}

void WriteRow(JsonWriter& json, const Row& row) {
  const Figures& figures = row.figures;
  json.BeginObject();
  json.Field("label", row.label);
  Number(json, "seconds", figures.seconds);
  json.Field("requests", figures.requests);
  json.Field("records", figures.records);
  json.Field("bytes", figures.bytes);
  Number(json, "requests_per_second", PerSecond(figures, figures.requests));
  Number(json, "records_per_second", PerSecond(figures, figures.records));
  Number(json, "mib_per_second", PerSecond(figures, figures.bytes) / kMiB);
  WriteLatency(json, figures.latency);
  json.Key("own");
  WriteUsed(json, figures, figures.own);
  json.Key("broker");
  figures.broker ? WriteUsed(json, figures, *figures.broker) : void(json.Null());
  json.Key("errors").BeginObject();
  for (const auto& [name, count] : figures.errors) json.Field(name, count);
  json.EndObject();
  json.Key("more").BeginObject();
  for (const auto& [name, value] : figures.more) Number(json, name, value);
  json.EndObject();
  json.EndObject();
}

}  // namespace

std::string ToJson(const Run& run) {
  JsonWriter json;
  json.BeginObject();
  json.Field("name", "varve-bench").Field("version", VARVE_VERSION);
  json.Field("mode", run.mode);
  json.Field("start", text::TimeText(run.start_ms));
  json.Key("options").BeginObject();
  for (const auto& [name, value] : run.options) json.Field(name, value);
  json.EndObject();
  WriteMachine(json);
  json.Key("rows").BeginArray();
  for (const Row& row : run.rows) WriteRow(json, row);
  json.EndArray();
  json.EndObject();
  return json.Take() + "\n";
}

}  // namespace varve::bench
