#pragma once

// What most sources include, read by the compiler once a lane instead of once a source. Only the
// clang lanes use it, to build quickly; gcc's shows that every source includes what it needs.

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
