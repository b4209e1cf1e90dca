#include "engine/log/change_marks.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"
#include "engine/io/call.h"

namespace varve::log {
namespace {

constexpr int kVersion = 1;
// Far more than there are logs: topics that come and go must not let it grow for ever.
constexpr uint64_t kListBytesMax = uint64_t{16} * 1024 * 1024;

std::string Signed(std::string_view line) {
  return fmt::format("{} {:08x}\n", line, Crc32c(AsBytes(line)));
}

// What a whole line, without its end, says in front of its checksum.
std::optional<std::string_view> Verified(std::string_view line) {
  constexpr size_t kCrcText = 9;
  if (line.size() <= kCrcText) return std::nullopt;
  const std::string_view text = line.substr(0, line.size() - kCrcText);
  if (line.substr(text.size()) != fmt::format(" {:08x}", Crc32c(AsBytes(text)))) {
    return std::nullopt;
  }
  return text;
}

template <typename Number>
bool Take(std::string_view& text, Number& number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

bool ParseHead(std::string_view text, ChangeList& list) {
  int version = 0;
  return Take(text, version) && version == kVersion && Take(text, list.manifest_crc, 16) &&
         Take(text, list.epoch) && text.empty();
}

}  // namespace

std::string FormatChange(std::string_view directory) { return Signed(directory); }

std::string FormatChanges(const ChangeList& list) {
  std::string text = Signed(fmt::format("{} {:08x} {}", kVersion, list.manifest_crc, list.epoch));
  for (const std::string& directory : list.directories) text += FormatChange(directory);
  return text;
}

absl::StatusOr<ChangeList> ParseChanges(std::string_view text) {
  ChangeList list;
  for (size_t number = 0;; ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      if (number == 0) return absl::DataLossError("it has no first line");
      return list;
    }
    const auto line = Verified(text.substr(0, end));
    if (!line || (number == 0 && !ParseHead(*line, list))) {
      return absl::DataLossError(fmt::format("line {} is damaged", number + 1));
    }
    if (number > 0) list.directories.emplace(*line);
    text.remove_prefix(end + 1);
  }
}

ChangeMarks::ChangeMarks(io::Loop& loop, std::string path, std::string manifest)
    : loop_(loop), path_(std::move(path)), manifest_(std::move(manifest)), turn_(loop, 1) {}

io::Task<absl::StatusOr<std::optional<ChangeList>>> ChangeMarks::Read() {
  // What a run appends to it passes the bound by one group at most.
  const auto text = co_await io::ReadFile(loop_.disk(), path_, 2 * kListBytesMax);
  if (absl::IsNotFound(text.status())) co_return std::nullopt;
  CO_RETURN_IF_ERROR(text.status());
  CO_ASSIGN_OR_RETURN(ChangeList list, ParseChanges(AsText(*text)));
  co_return std::optional<ChangeList>(std::move(list));
}

io::Task<absl::Status> ChangeMarks::Begin(const ChangeList& list) {
  const std::string text = FormatChanges(list);
  file_.reset();
  absl::Status begun = co_await io::ReplaceFile(loop_.disk(), path_, AsBytes(text));
  if (!begun.ok()) co_return co_await Withdraw();
  size_ = text.size();
  active_ = true;
  co_return absl::OkStatus();
}

io::Task<absl::Status> ChangeMarks::Withdraw() {
  const absl::Status removed = co_await loop_.disk().Remove(manifest_);
  if (!removed.ok() && !absl::IsNotFound(removed)) co_return removed;
  CO_RETURN_IF_ERROR(co_await loop_.disk().SyncDirectory(io::ParentPath(manifest_)));
  active_ = false;
  file_.reset();
  co_return absl::OkStatus();
}

io::Task<absl::Status> ChangeMarks::Mark(io::Loop& here, std::string directory) {
  const std::string name = directory.substr(directory.rfind('/') + 1);  // all of it without one
  auto mark = [&] { return MarkHere(name); };
  co_return co_await io::CallOn(here, loop_, mark);
}

io::Task<absl::Status> ChangeMarks::MarkHere(std::string name) {
  if (!active_) co_return absl::OkStatus();
  waiting_ += FormatChange(name);
  const uint64_t mine = ++asked_;
  // The first to have its turn writes for all who wait; these come next, and find it done.
  co_await turn_.Take();
  if (answered_ < mine) co_await WriteWaiting();
  absl::Status answer = answer_;
  turn_.Give();
  co_return answer;
}

io::Task<void> ChangeMarks::WriteWaiting() {
  const uint64_t upto = asked_;
  std::string text = std::exchange(waiting_, {});
  answer_ = absl::OkStatus();
  if (active_) answer_ = co_await AppendDurably(std::move(text));
  if (!answer_.ok()) answer_ = co_await Withdraw();
  answered_ = upto;
}

io::Task<absl::Status> ChangeMarks::AppendDurably(std::string text) {
  if (size_ > kListBytesMax) co_return absl::ResourceExhaustedError("the list is long enough");
  if (file_ == nullptr) {
    CO_ASSIGN_OR_RETURN(file_, co_await loop_.disk().Open(path_, io::OpenMode::kReadWrite));
  }
  const Bytes pieces[] = {AsBytes(text)};
  CO_RETURN_IF_ERROR(co_await file_->Append(size_, pieces));
  size_ += text.size();
  co_return co_await file_->SyncData();
}

}  // namespace varve::log
