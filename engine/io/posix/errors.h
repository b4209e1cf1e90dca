#pragma once

#include <absl/status/status.h>

#include <string_view>

namespace varve::io {

// The one table from errno to the errors that disk.h promises. `what` names the call and the
// path.
absl::Status DiskError(int error, std::string_view what);

// The same for net.h. Listening and connecting tell more causes apart than a stream in use.
absl::Status ListenError(int error, std::string_view what);
absl::Status ConnectError(int error, std::string_view what);
absl::Status AcceptError(int error);
absl::Status StreamError(int error, std::string_view what);

// "No space left on device (28)"
std::string ErrorText(int error);

}  // namespace varve::io
