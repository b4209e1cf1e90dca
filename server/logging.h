#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace varve {

// One line an event, to stderr: for people, and for journald when it collects our stderr (lines
// then begin with its priority, and without a time of their own).
//
// Threads   Any.
enum class Severity { kDebug, kInfo, kWarning, kError };
void WriteLog(Severity severity, std::string_view line);

template <typename... Args>
void LogInfo(fmt::format_string<Args...> text, Args&&... args) {
  WriteLog(Severity::kInfo, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarning(fmt::format_string<Args...> text, Args&&... args) {
  WriteLog(Severity::kWarning, fmt::format(text, std::forward<Args>(args)...));
}
template <typename... Args>
void LogError(fmt::format_string<Args...> text, Args&&... args) {
  WriteLog(Severity::kError, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace varve
