#include "server/coordinator/record_codec.h"

namespace varve::coordinator {

absl::Status StatusOf(std::string_view what, const wire::Reader& reader) {
  if (reader.ok()) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{}: {}", what, std::string(reader.status().message())));
}

absl::StatusOr<int16_t> ReadVersion(std::string_view what, wire::Reader& reader) {
  int16_t version = -1;
  reader(version);
  RETURN_IF_ERROR(StatusOf(what, reader));
  return version;
}

absl::Status CheckVersion(std::string_view what, int16_t version, int16_t max) {
  if (version >= 0 && version <= max) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} of version {}; 0 to {} are known", what, version, max));
}

}  // namespace varve::coordinator
