#include "engine/log/file_remover.h"

#include <utility>

namespace varve::log {

FileRemover::FileRemover(io::Loop& loop, io::Disk& disk, DirectoryHealth& health)
    : loop_(loop), disk_(disk), health_(health), changed_(loop), gate_(loop) {}

void FileRemover::Remove(std::string path, io::Duration delay) {
  waiting_.emplace(loop_.Now() + delay, std::move(path));
  changed_.Set();
  if (std::exchange(running_, true)) return;
  // May have ended already when Spawn returns; once closed, the next opening removes the file.
  if (!gate_.Spawn(RemoveWaiting())) running_ = false;
}

void FileRemover::Hurry() {
  std::multimap<io::MonoTime, std::string> now;
  for (auto& [due, path] : waiting_) now.emplace(loop_.Now(), std::move(path));
  waiting_ = std::move(now);
  changed_.Set();
}

bool FileRemover::FrontIsDue() const {
  return waiting_.begin()->first <= loop_.Now() || waiting_.size() > kWaitingMax;
}

io::Task<void> FileRemover::RemoveWaiting() {
  while (!waiting_.empty()) {
    if (!FrontIsDue()) {
      changed_.Reset();
      static_cast<void>(co_await changed_.WaitUntil(waiting_.begin()->first));
      continue;
    }
    const std::string path = std::move(waiting_.extract(waiting_.begin()).mapped());
    // One that stays is found by its name when the log is opened again.
    const absl::Status removed = co_await disk_.Remove(path);
    left_some_ |= !removed.ok() && !absl::IsNotFound(removed);
    health_.NoteRemoval(loop_.Now());
  }
  running_ = false;
}

io::Task<void> FileRemover::Close() {
  Hurry();
  co_await gate_.Close();
}

}  // namespace varve::log
