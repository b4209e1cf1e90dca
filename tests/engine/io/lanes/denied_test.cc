#include <gtest/gtest.h>

#include "engine/io/backend.h"
#include "tests/engine/io/conformance/support.h"

// Only for where io_uring is denied: deny_uring starts it.

namespace varve::io {
namespace {

using conformance::Must;

TEST(Denied, AutoTakesEpollAndSaysWhy) {
  const BackendOptions options;
  const std::unique_ptr<Backend> backend = Must(OpenBackend(options));
  EXPECT_EQ(backend->kind(), BackendKind::kEpoll);
  EXPECT_NE(backend->Describe().find("seccomp"), std::string::npos) << backend->Describe();
  Must(backend->NewLoop());
}

TEST(Denied, AskedForByNameItIsRefusedAndSaysWhy) {
  BackendOptions options;
  options.kind = BackendKind::kUring;
  const absl::Status status = OpenBackend(options).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(std::string(status.message()).find("seccomp"), std::string::npos) << status;
}

}  // namespace
}  // namespace varve::io
