#include "tools/dump/record_printer.h"

#include <string>

#include "tools/dump/row_bytes.h"
#include "tools/text/byte_text.h"
#include "tools/text/json.h"

namespace varve::dump {
namespace {

constexpr std::string_view kLead = "  | ";
constexpr std::string_view kNull = "null";

void AddJson(Row& row, std::string_view name, const std::optional<std::string>& json) {
  row.Raw(name, json.value_or("null"), json.value_or("null"));
}

}  // namespace

void RecordPrinter::Print(const record::RecordView& record, bool control) {
  Row row(out_, "record", kLead);
  row.Int("offset", record.offset).Time("timestamp", record.timestamp);
  if (!PrintDecoded(row, record, control)) PrintRaw(row, record);
  if (record.header_count > 0 || row.json()) PrintHeaders(row, record);
}

bool RecordPrinter::PrintDecoded(Row& row, const record::RecordView& record, bool control) {
  if (!control && decode_ == Decode::kNone) return false;
  const auto decoded = control ? DecodeControl(record) : DecodeRecord(decode_, record);
  if (!decoded.ok()) {
    row.Text("undecoded", std::string(decoded.status().message()));
    return false;
  }
  row.Text("kind", decoded->kind);
  if (decoded->key) AddJson(row, "key", decoded->key);
  AddJson(row, "value", decoded->value);
  return true;
}

void RecordPrinter::PrintRaw(Row& row, const record::RecordView& record) {
  AddBytes(row, "key", record.key, options_.key_format);
  AddBytes(row, "value", record.value, options_.value_format);
}

void RecordPrinter::PrintHeaders(Row& row, const record::RecordView& record) {
  std::string json = "[";
  std::string text = "{";
  const text::ByteFormat format = options_.value_format;
  record::HeaderIterator headers = record.headers();
  for (record::HeaderView header; headers.Next(header);) {
    if (row.json()) {
      if (json.size() > 1) json += ',';
      json += "{\"key\":" + text::JsonString(AsText(header.key)) + ",\"value\":";
      json += header.value ? text::BytesJson(*header.value, format) : kNull;
      json += '}';
    } else {
      if (text.size() > 1) text += ", ";
      text += text::BytesText(header.key, text::ByteFormat::kText) + ": ";
      text += header.value ? text::BytesText(*header.value, format) : kNull;
    }
  }
  row.Raw("headers", json + ']', text + '}');
}

}  // namespace varve::dump
