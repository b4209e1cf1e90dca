#pragma once

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <cstdint>

#include "tools/dump/entry_cursor.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// What holds for every file of fixed entries: whole entries, and no room that was set aside, except
// in the active segment's, which Kafka makes at full size and cuts when it closes them. Returns how
// many entries are in use.
template <typename Entry>
absl::StatusOr<uint64_t> CheckIndexSize(const EntryCursor<Entry>& cursor,
                                        const SegmentSetting& setting, Findings& findings) {
  if (setting.active() && setting.in_use) return cursor.CountUsed();
  const std::string& file = cursor.file().path();
  const bool may_be_open = setting.active() && !setting.clean_stop;
  if (cursor.odd_bytes() > 0) {
    std::string what = fmt::format("{} bytes behind the last whole entry of {}", cursor.odd_bytes(),
                                   sizeof(Entry));
    const uint64_t position = cursor.count() * sizeof(Entry);
    if (may_be_open) {
      findings.Note(file, position, std::move(what));
    } else {
      findings.Fault(file, position, std::move(what));
    }
  }
  ASSIGN_OR_RETURN(const uint64_t used, cursor.CountUsed());
  if (used == cursor.count()) return used;
  std::string what = fmt::format("{} entries of zeros behind the last one", cursor.count() - used);
  if (may_be_open) {
    findings.Note(file, used * sizeof(Entry), what + ": space that was set aside");
  } else {
    findings.Fault(file, used * sizeof(Entry), what + ": Kafka takes them for entries");
  }
  return used;
}

}  // namespace varve::dump
