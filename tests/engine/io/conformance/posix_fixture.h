#pragma once

#include <memory>

#include "tests/engine/io/conformance/fixture.h"

namespace varve::io::conformance {

std::unique_ptr<BackendFixture> MakeEpoll();
std::unique_ptr<BackendFixture> MakeUring();
std::unique_ptr<BackendFixture> MakeUringOfKernel61();

}  // namespace varve::io::conformance
