#include "tests/engine/io/conformance/posix_fixture.h"

namespace varve::io::conformance {
namespace {

std::string NameOf(const testing::TestParamInfo<Subject>& info) { return info.param.name; }

const auto kBackends = testing::Values(Subject{"epoll", &MakeEpoll}, Subject{"uring", &MakeUring},
                                       Subject{"uring61", &MakeUringOfKernel61});

INSTANTIATE_TEST_SUITE_P(Posix, DiskConformance, kBackends, NameOf);
INSTANTIATE_TEST_SUITE_P(Posix, LoopConformance, kBackends, NameOf);
INSTANTIATE_TEST_SUITE_P(Posix, NetConformance, kBackends, NameOf);

}  // namespace
}  // namespace varve::io::conformance
