#include "server/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace varve {
namespace {

// What systemd sets for a service whose stderr goes to the journal.
bool ToJournal() { return std::getenv("JOURNAL_STREAM") != nullptr; }

std::shared_ptr<spdlog::logger> MakeLogger() {
  auto logger = spdlog::stderr_logger_mt("varve");
  logger->set_pattern(ToJournal() ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger->flush_on(spdlog::level::trace);
  return logger;
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = MakeLogger();
  return *logger;
}

spdlog::level::level_enum LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return spdlog::level::debug;
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarning:
      return spdlog::level::warn;
    case Severity::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view JournalPrefix(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "<7>";
    case Severity::kInfo:
      return "<6>";
    case Severity::kWarning:
      return "<4>";
    case Severity::kError:
      return "<3>";
  }
  return "<3>";
}

// One event is one line, whatever a client put into its names.
std::string OneLine(std::string_view line) {
  std::string clean(line);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return clean;
}

}  // namespace

void WriteLog(Severity severity, std::string_view line) {
  static const bool journal = ToJournal();
  const std::string clean = OneLine(line);
  Logger().log(LevelOf(severity), "{}{}", journal ? JournalPrefix(severity) : "", clean);
}

}  // namespace varve
