#include "engine/log/file_cache.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace varve::log {

CachedFile::CachedFile(FileCache& cache, std::string path)
    : cache_(cache), path_(std::move(path)) {}

io::Disk& CachedFile::disk() const { return cache_.disk(); }

io::FileRef CachedFile::IfOpen() {
  if (file_ != nullptr) chain_->Use(*this);
  return file_;
}

io::Task<absl::StatusOr<io::FileRef>> CachedFile::OpenAs(io::OpenMode mode) {
  const std::string path = path_;
  auto opened = co_await cache_.disk().Open(path, mode);
  const std::string& moved = moving_to_.empty() ? path_ : moving_to_;
  if (absl::IsNotFound(opened.status()) && moved != path) {
    opened = co_await cache_.disk().Open(moved, mode);
  }
  CO_ASSIGN_OR_RETURN(io::FileRef file, std::move(opened));
  if (file_ == nullptr) {  // or somebody else has opened it meanwhile
    file_ = file;
    cache_.others_.Add(*this);
  }
  co_return file;
}

io::Task<absl::StatusOr<io::FileRef>> CachedFile::Open() {
  io::FileRef file = IfOpen();
  if (file != nullptr) co_return file;
  co_return co_await OpenAs(io::OpenMode::kReadWrite);
}

io::Task<absl::StatusOr<io::FileRef>> CachedFile::Create() {
  Drop();
  co_return co_await OpenAs(io::OpenMode::kCreate);
}

io::Task<absl::StatusOr<io::FileRef>> CachedFile::Replace() {
  Drop();
  co_return co_await OpenAs(io::OpenMode::kCreateOrReplace);
}

io::Task<absl::Status> CachedFile::Move(std::string to) {
  moving_to_ = to;
  absl::Status moved = co_await cache_.disk().Rename(path_, to);
  if (moved.ok()) path_ = std::move(to);
  moving_to_.clear();
  co_return moved;
}

void CachedFile::Drop() {
  if (file_ == nullptr) return;
  chain_->Remove(*this);
  file_.reset();
  kept_ = {};
}

void CachedFile::set_unsynced(bool unsynced) {
  FileChain& chain = unsynced ? cache_.unsynced_ : cache_.others_;
  if (file_ == nullptr || chain_ == &chain) return;
  if (unsynced && chain.is_full()) return;
  chain_->Remove(*this);
  chain.Add(*this);
}

FileCache::~FileCache() {
  VARVE_CHECK(open_files() == 0, "{} files are open at the end of their cache", open_files());
}

void FileChain::Link(CachedFile& file) {
  file.newer_ = nullptr;
  file.older_ = newest_;
  (newest_ != nullptr ? newest_->newer_ : oldest_) = &file;
  newest_ = &file;
}

void FileChain::Unlink(CachedFile& file) {
  (file.newer_ != nullptr ? file.newer_->older_ : newest_) = file.older_;
  (file.older_ != nullptr ? file.older_->newer_ : oldest_) = file.newer_;
}

void FileChain::Use(CachedFile& file) {
  if (newest_ == &file) return;
  Unlink(file);
  Link(file);
}

void FileChain::Add(CachedFile& file) {
  file.chain_ = this;
  Link(file);
  ++size_;
  while (size_ > size_max_ && oldest_ != &file) oldest_->Drop();
}

void FileChain::Remove(CachedFile& file) {
  Unlink(file);
  file.chain_ = nullptr;
  --size_;
}

}  // namespace varve::log
