#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "benchmarks/broker/load/meter.h"
#include "benchmarks/broker/load/schedule.h"
#include "benchmarks/broker/stats/usage.h"

namespace varve::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

io::MonoTime At(io::Duration since) { return io::MonoTime(std::chrono::hours(1) + since); }

TEST(Schedule, HasEachRequestDueAtItsTime) {
  Schedule schedule(1000, At({}));
  EXPECT_EQ(schedule.Take(At(-microseconds(1))), std::nullopt);
  EXPECT_EQ(schedule.Take(At({})), At({}));
  EXPECT_EQ(schedule.Take(At(microseconds(999))), std::nullopt);
  EXPECT_EQ(schedule.NextDue(), At(milliseconds(1)));
}

TEST(Schedule, KeepsTheTimesOfWhatIsLate) {
  Schedule schedule(1000, At({}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(schedule.Take(At(milliseconds(4))), At(milliseconds(i)));
  EXPECT_EQ(schedule.Take(At(milliseconds(4))), std::nullopt);
}

TEST(Schedule, DoesNotDrift) {
  Schedule schedule(3, At({}));
  for (int i = 0; i < 3000; ++i) schedule.Take(io::kNever);
  EXPECT_LT(schedule.NextDue() - At(std::chrono::seconds(1000)), microseconds(1));
}

TEST(Schedule, WithoutARateIsAlwaysDue) {
  Schedule schedule(0, At({}));
  EXPECT_TRUE(schedule.unlimited());
  EXPECT_EQ(schedule.Take(At(milliseconds(7))), At(milliseconds(7)));
}

TEST(Meter, CountsWhatEndsInTheWindow) {
  Window window;
  Meter meter(window);
  meter.Done(At({}), 1, 10);
  window.Begin(At(milliseconds(10)));
  meter.Done(At(milliseconds(9)), 1, 10);
  meter.Done(At(milliseconds(10)), 5, 50);
  meter.Took(At(milliseconds(9)), At(milliseconds(10)));
  window.End(At(milliseconds(20)));
  meter.Done(At(milliseconds(20)), 1, 10);
  meter.Took(At({}), At(milliseconds(20)));
  meter.Failed("NOT_LEADER_OR_FOLLOWER");
  Figures figures;
  meter.AddTo(figures);
  EXPECT_EQ(figures.requests, 1);
  EXPECT_EQ(figures.records, 5);
  EXPECT_EQ(figures.bytes, 50);
  EXPECT_EQ(figures.latency.count(), 1);
  EXPECT_EQ(figures.latency.max(), 1000);
  EXPECT_EQ(TotalErrors(figures.errors), 1);
}

TEST(Usage, IsReadFromWhatTheKernelSays) {
  EXPECT_EQ(CpuSecondsIn("7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20", 100), 3);
  EXPECT_EQ(CpuSecondsIn("7 (short) S 1", 100), 0);
  EXPECT_EQ(CpuSecondsIn("", 100), 0);
  EXPECT_EQ(BytesIn("VmPeak:\t 9 kB\nVmHWM:\t    12 kB\n", "VmHWM"), 12 * 1024);
  EXPECT_EQ(BytesIn("VmPeak:\t 9 kB\n", "VmHWM"), 0);
  EXPECT_EQ(DiskBytesReadIn("rchar: 9\nread_bytes: 4096\nwrite_bytes: 5\n"), 4096);
  EXPECT_EQ(DiskBytesReadIn("rchar: 9\n"), std::nullopt);
}

TEST(Usage, OfAProcessThatIsThere) {
  const auto usage = UsageOf(::getpid());
  ASSERT_TRUE(usage.ok()) << usage.status();
  EXPECT_GT(usage->resident_bytes, 0);
  EXPECT_GE(usage->resident_bytes_peak, usage->resident_bytes);
  EXPECT_EQ(UsageOf(0).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace varve::bench
