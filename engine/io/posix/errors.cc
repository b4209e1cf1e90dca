#include "engine/io/posix/errors.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace varve::io {
namespace {

absl::Status Make(absl::StatusCode code, int error, std::string_view what) {
  return absl::Status(code, fmt::format("{}: {}", what, ErrorText(error)));
}

absl::StatusCode DiskCode(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EIO:
    case EUCLEAN:  // what ext4 and xfs say of their own damaged structures
    case EBADMSG:  // and of a bad checksum
    case ENODATA:  // a medium error, from some drivers
    case EREMOTEIO:
    case EILSEQ:
    case ENODEV:
    case ENXIO:
    case ESTALE:
      return absl::StatusCode::kDataLoss;
    default:  // ENOTEMPTY, ENOTDIR, EISDIR, EXDEV, EBUSY, ENAMETOOLONG, ELOOP, EINVAL, ...
      return absl::StatusCode::kFailedPrecondition;
  }
}

bool OutOfDescriptorsOrMemory(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

std::string ErrorText(int error) {
  const char* text = strerrordesc_np(error);
  return fmt::format("{} ({})", text != nullptr ? text : "error", error);
}

absl::Status DiskError(int error, std::string_view what) {
  return Make(DiskCode(error), error, what);
}

absl::Status ListenError(int error, std::string_view what) {
  if (error == EADDRINUSE) return Make(absl::StatusCode::kAlreadyExists, error, what);
  if (error == EADDRNOTAVAIL) return Make(absl::StatusCode::kNotFound, error, what);
  if (error == EACCES || error == EPERM) {
    return Make(absl::StatusCode::kPermissionDenied, error, what);
  }
  return ConnectError(error, what);
}

absl::Status ConnectError(int error, std::string_view what) {
  return Make(OutOfDescriptorsOrMemory(error) ? absl::StatusCode::kResourceExhausted
                                              : absl::StatusCode::kUnavailable,
              error, what);
}

absl::Status AcceptError(int error) { return ConnectError(error, "accept"); }

absl::Status StreamError(int error, std::string_view what) {
  return Make(absl::StatusCode::kUnavailable, error, what);
}

}  // namespace varve::io
