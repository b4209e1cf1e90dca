#include "tools/dump/verify/manifest_facts.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"
#include "engine/log/change_marks.h"
#include "engine/log/file_names.h"
#include "tools/dump/file_type.h"
#include "tools/dump/input_file.h"
#include "tools/dump/state_printer.h"

namespace varve::dump {
namespace {

// The file's text; nothing if it is not there.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& directory,
                                                       std::string_view name, uint64_t bytes_max) {
  auto text = ReadSmallFile(fmt::format("{}/{}", directory, name), bytes_max);
  if (absl::IsNotFound(text.status())) return std::optional<std::string>();
  if (!text.ok()) return text.status();
  return std::optional<std::string>(*std::move(text));
}

}  // namespace

const log::LogAsLeft* ManifestFacts::LeftOf(const log::TopicPartition& partition) const {
  if (!manifest) return nullptr;
  if (changed.contains(log::DirectoryName(partition.topic, partition.partition))) return nullptr;
  const auto found = manifest->logs.find(partition);
  return found == manifest->logs.end() ? nullptr : found->second.log.get();
}

absl::StatusOr<ManifestFacts> ReadManifestFacts(const std::string& directory, Findings& findings) {
  ManifestFacts facts;
  ASSIGN_OR_RETURN(const auto text, ReadIfThere(directory, kManifestName, log::kManifestBytesMax));
  if (!text) return facts;
  auto manifest = log::ParseManifest(*text);
  if (!manifest.ok()) {
    findings.Note(fmt::format("{}/{}", directory, kManifestName),
                  fmt::format("is of no use: {}", std::string(manifest.status().message())));
    return facts;
  }
  ASSIGN_OR_RETURN(const auto marker, ReadIfThere(directory, kCleanShutdownName, kTextBytesMax));
  if (marker) {  // it alone counts
    const bool fits = *marker == log::CleanMarkerText(manifest->broker_epoch);
    if (fits) facts.manifest = *std::move(manifest);
    return facts;
  }
  ASSIGN_OR_RETURN(const auto list, ReadIfThere(directory, kChangesName, kTextBytesMax));
  if (!list) return facts;
  auto changes = log::ParseChanges(*list);
  if (!changes.ok()) {
    findings.Note(fmt::format("{}/{}", directory, kChangesName),
                  fmt::format("is of no use: {}", std::string(changes.status().message())));
    return facts;
  }
  if (changes->manifest_crc != Crc32c(AsBytes(*text))) return facts;
  facts.manifest = *std::move(manifest);
  facts.changed = std::move(changes->directories);
  return facts;
}

void CheckStaleLogs(const std::string& directory, const ManifestFacts& facts, Findings& findings) {
  if (!facts.manifest) return;
  for (const auto& [partition, entry] : facts.manifest->logs) {
    std::error_code ignored;
    const std::string name = log::DirectoryName(partition.topic, partition.partition);
    if (facts.changed.contains(name) || std::filesystem::exists(directory + "/" + name, ignored)) {
      continue;
    }
    findings.Note(fmt::format("{}/{}", directory, kManifestName),
                  fmt::format("tells of {}, which is not there", name));
  }
}

}  // namespace varve::dump
