#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "tools/text/amount.h"
#include "tools/text/byte_text.h"
#include "tools/varve/client/bootstrap.h"
#include "tools/varve/facts/groups.h"
#include "tools/varve/facts/reset.h"
#include "tools/varve/records/input_format.h"
#include "tools/varve/records/json_record.h"
#include "tools/varve/records/output_format.h"
#include "tools/varve/records/start.h"

// What somebody types or pipes into the command line. A record that is taken comes out of the JSON
// that is printed for it as it was.
namespace varve::cli {
namespace {

void TryRecord(std::string_view text) {
  const auto record = ParseJsonRecord(text);
  if (!record.ok()) return;
  ConsumedRecord consumed;
  consumed.topic = "t";
  consumed.partition = record->partition.value_or(0);
  consumed.timestamp_ms = record->timestamp_ms.value_or(-1);
  consumed.key = record->key;
  consumed.value = record->value;
  for (const Header& header : record->headers)
    consumed.headers.push_back({header.name, header.value});
  std::string json;
  AppendJson(json, consumed);
  auto again = ParseJsonRecord(json);
  VARVE_CHECK(again.ok());
  if (!record->partition) again->partition.reset();
  VARVE_CHECK(*again == *record);
}

void TryTexts(std::string_view text) {
  constexpr int64_t kNowMs = 1'700'000'000'000;
  if (const auto ms = text::ParseDuration(text)) VARVE_CHECK(*ms >= 0);
  if (const auto start = ParseStart(text); start.ok()) {
    const int64_t offset = Resolve(*start, {5, 50, 7});
    VARVE_CHECK(offset >= 5 && offset <= 50);
  }
  static_cast<void>(ParseMoment(text, kNowMs));
  static_cast<void>(ParseTopicChoice(text));
  static_cast<void>(ParseBootstrap(text));
  static_cast<void>(ParseAssignment(AsBytes(text)));
  const auto format = OutputFormat::Parse(text, text::ByteFormat::kText, text::ByteFormat::kHex);
  if (!format.ok()) return;
  std::string out;
  format->Append(out, ConsumedRecord());
}

}  // namespace
}  // namespace varve::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  varve::cli::TryRecord(text);
  varve::cli::TryTexts(text);
  return 0;
}
