#include "tools/dump/verify/directory_facts.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "engine/base/status.h"
#include "tools/dump/file_type.h"
#include "tools/dump/input_file.h"
#include "tools/dump/state_printer.h"

namespace varve::dump {
namespace {

// Asks, and takes nothing.
bool IsLocked(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(descriptor);
  return locked;
}

absl::Status ReadOffsets(const std::string& path, std::optional<log::OffsetMap>& into,
                         Findings& findings) {
  const auto text = ReadSmallFile(path, kTextBytesMax);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  RETURN_IF_ERROR(text.status());
  auto offsets = log::ParseOffsets(*text);
  if (offsets.ok()) {
    into = *std::move(offsets);
  } else {
    findings.Fault(path, std::string(offsets.status().message()));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<int64_t> OffsetOf(const std::optional<log::OffsetMap>& offsets,
                                const log::TopicPartition& partition) {
  if (!offsets) return std::nullopt;
  const auto found = offsets->find(partition);
  if (found == offsets->end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<DirectoryFacts> ReadDirectoryFacts(const std::string& directory,
                                                  Findings& findings) {
  const auto path = [&](std::string_view name) { return directory + "/" + std::string(name); };
  DirectoryFacts facts;
  const std::pair<std::string_view, std::optional<log::OffsetMap>*> files[] = {
      {kRecoveryPointsName, &facts.recovery_points},
      {kLogStartsName, &facts.log_starts},
      {kHighWatermarksName, &facts.high_watermarks},
      {kCleanerOffsetsName, &facts.cleaner_offsets}};
  for (const auto& [name, into] : files) {
    RETURN_IF_ERROR(ReadOffsets(path(name), *into, findings));
  }
  std::error_code ignored;
  facts.in_use = IsLocked(path(kLockName));
  facts.clean_stop = !facts.in_use && std::filesystem::exists(path(kCleanShutdownName), ignored);
  return facts;
}

}  // namespace varve::dump
