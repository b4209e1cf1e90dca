#include "server/wire/metadata_log.h"

#include <fmt/format.h>

#include "server/wire/reader.h"

namespace varve::wire {
namespace {

// Reads the body if the record is a `Record` of a version that we know.
template <typename Record>
bool TakeIf(Reader& reader, MetadataRecord& result) {
  if (result.type != Record::kType || result.version > uint32_t{Record::kMax}) return false;
  reader.Use(static_cast<int>(result.version), /*flexible=*/true);
  reader(result.record.emplace<Record>());
  return true;
}

template <typename... Records>
bool TakeKnown(std::variant<UnknownRecord, Records...>& /*of these*/, Reader& reader,
               MetadataRecord& result) {
  return (TakeIf<Records>(reader, result) || ...);
}

}  // namespace

absl::StatusOr<MetadataRecord> DecodeMetadataRecord(Bytes value) {
  Reader reader(value);
  const uint32_t frame_version = reader.Varint();
  if (reader.ok() && frame_version != kMetadataFrameVersion) {
    return absl::InvalidArgumentError(
        fmt::format("metadata record in an envelope of version {}, "
                    "expected {}",
                    frame_version, kMetadataFrameVersion));
  }
  MetadataRecord result;
  result.type = reader.Varint();
  result.version = reader.Varint();
  if (!reader.ok()) return reader.status();
  if (!TakeKnown(result.record, reader, result)) {
    result.record = UnknownRecord{reader.rest()};
  }
  if (!reader.ok()) return reader.status();
  return result;
}

}  // namespace varve::wire
