#pragma once

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "server/wire/reader.h"
#include "server/wire/writer.h"

// Keys and values of __consumer_offsets: a version of two bytes, then the fields of that version.
//
// Errors    Reading: DataLoss, with what and where. Writing: InvalidArgument for a text that is
//           longer than its length field can tell.
namespace varve::coordinator {

// Memory for what a value's arrays decode to; a request that a member could send is smaller.
inline constexpr size_t kRecordArrayBytesMax = size_t{256} << 20;

// Which versions of a value are known, and which of them are flexible.
struct ValueVersions {
  int16_t max = 0;
  int16_t flexible_since = 0;
};

absl::StatusOr<int16_t> ReadVersion(std::string_view what, wire::Reader& reader);
absl::Status StatusOf(std::string_view what, const wire::Reader& reader);
absl::Status CheckVersion(std::string_view what, int16_t version, int16_t max);

template <typename Fields>
absl::Status ReadFields(std::string_view what, wire::Reader& reader, int version, bool flexible,
                        Fields& fields) {
  reader.Use(version, flexible);
  reader(fields);
  return StatusOf(what, reader);
}

template <typename Fields>
absl::Status ReadValue(std::string_view what, Bytes bytes, ValueVersions known, Fields& fields) {
  wire::Reader reader(bytes, kRecordArrayBytesMax);
  ASSIGN_OR_RETURN(const int16_t version, ReadVersion(what, reader));
  RETURN_IF_ERROR(CheckVersion(what, version, known.max));
  return ReadFields(what, reader, version, version >= known.flexible_since, fields);
}

template <typename Fields>
absl::StatusOr<Buffer> WriteFields(int16_t version, bool flexible, const Fields& fields) {
  Buffer bytes;
  wire::Writer writer(bytes);
  writer(version);
  writer.Use(version, flexible);
  writer(fields);
  RETURN_IF_ERROR(writer.status());
  return bytes;
}

}  // namespace varve::coordinator
