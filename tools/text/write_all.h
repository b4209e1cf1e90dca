#pragma once

#include <string_view>

namespace varve::text {

// Writes all of it to a descriptor; the error number if that fails, else 0.
int WriteAll(int fd, std::string_view text);

}  // namespace varve::text
