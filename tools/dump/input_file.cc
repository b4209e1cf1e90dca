#include "tools/dump/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/status.h"

namespace varve::dump {
namespace {

absl::Status Failed(const char* what, const std::string& path, int error) {
  const std::string message = fmt::format("cannot {} {}: {}", what, path, strerror(error));
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM) {
    return absl::UnavailableError(message + "; run as the user that owns the log directory");
  }
  return absl::UnavailableError(message);
}

// A file of another owner may be opened without O_NOATIME only. O_NONBLOCK: a pipe does not hang.
int OpenForReading(const char* path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int descriptor = open(path, kFlags | O_NOATIME);
  if (descriptor >= 0 || errno != EPERM) return descriptor;
  return open(path, kFlags);
}

}  // namespace

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const std::string& path) {
  const int descriptor = OpenForReading(path.c_str());
  if (descriptor < 0) return Failed("open", path, errno);
  std::unique_ptr<InputFile> file(new InputFile(path, descriptor));
  RETURN_IF_ERROR(file->Stat());
  return file;
}

InputFile::~InputFile() { close(descriptor_); }

absl::Status InputFile::Stat() {
  struct stat info{};
  if (fstat(descriptor_, &info) != 0) return Failed("look at", path_, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(fmt::format("{} is no regular file", path_));
  }
  size_ = static_cast<uint64_t>(info.st_size);
  modified_ms_ = int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
  device_ = info.st_dev;
  inode_ = info.st_ino;
  return absl::OkStatus();
}

bool InputFile::InPlace() const {
  struct stat info{};
  return stat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
}

absl::StatusOr<size_t> InputFile::Read(uint64_t position, MutableBytes into) const {
  size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = pread(descriptor_, into.data() + done, into.size() - done,
                              static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return absl::UnavailableError(fmt::format("cannot read {} at position {}: {}", path_,
                                                position + done, strerror(errno)));
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, uint64_t bytes_max) {
  ASSIGN_OR_RETURN(const std::unique_ptr<InputFile> file, InputFile::Open(path));
  if (file->size() > bytes_max) {
    return absl::ResourceExhaustedError(
        fmt::format("{} has {} bytes; such a file has at most {}", path, file->size(), bytes_max));
  }
  std::string text(file->size(), '\0');
  const MutableBytes into(reinterpret_cast<std::byte*>(text.data()), text.size());
  ASSIGN_OR_RETURN(const size_t got, file->Read(0, into));
  text.resize(got);
  return text;
}

}  // namespace varve::dump
