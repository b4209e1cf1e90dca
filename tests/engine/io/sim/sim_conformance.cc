#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "tests/engine/io/conformance/fixture.h"

// The simulation keeps the promises of engine/io that the real backends keep.

namespace varve::io::conformance {
namespace {

class SimFixture final : public BackendFixture {
 public:
  // The suites know how a loopback delivers: one small write arrives in one piece, and a few
  // hundred KiB fit between the ends.
  explicit SimFixture(uint64_t seed)
      : world_({.seed = seed, .split_sends_one_in = 0, .socket_buffer_bytes = 1 << 20}) {
    VARVE_CHECK(world_.disk().Put("/scratch/other", {}).ok());
    VARVE_CHECK(world_.disk().Put("/scratch/here/.keep", {}).ok());
    loop_ = world_.NewLoop();
    const bool emptied = world_.Run(*loop_, loop_->disk().Remove("/scratch/here/.keep")).ok();
    VARVE_CHECK(emptied);
  }

  Loop& loop() override { return *loop_; }
  Loop& AddLoop() override { return *others_.emplace_back(world_.NewLoop()); }
  void RunUntilDone(Task<void> task) override { world_.Run(*loop_, std::move(task)); }

  std::string Directory() override { return "/scratch/here"; }
  void Forget(const std::string& /*path*/) override {}  // reads are cold by seed
  void LockFromOutside(const std::string& path) override {
    outside_ = world_.NewLoop();
    lock_ = world_.Run(*outside_, outside_->disk().Lock(path)).value();
  }

  std::string HostV4() override { return "127.0.0.1"; }
  std::string HostV6() override { return "::1"; }
  Endpoint Silent() override { return {"192.0.2.1", 9}; }
  int ConnectionsMax() override { return 4000; }

 private:
  SimWorld world_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Loop> outside_;
  std::vector<std::unique_ptr<Loop>> others_;
  std::unique_ptr<FileLock> lock_;
};

template <uint64_t seed>
std::unique_ptr<BackendFixture> Make() {
  return std::make_unique<SimFixture>(seed);
}

const auto kSubjects = testing::Values(Subject{"seed1", &Make<1>}, Subject{"seed2", &Make<2>},
                                       Subject{"seed3", &Make<3>}, Subject{"seed4", &Make<4>});

std::string NameOfSubject(const testing::TestParamInfo<Subject>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Sim, DiskConformance, kSubjects, NameOfSubject);
INSTANTIATE_TEST_SUITE_P(Sim, NetConformance, kSubjects, NameOfSubject);
INSTANTIATE_TEST_SUITE_P(Sim, LoopConformance, kSubjects, NameOfSubject);

}  // namespace
}  // namespace varve::io::conformance
