#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/task.h"

namespace varve::io::conformance {

// What a backend supplies to be held to the promises of engine/io. Made anew for each case, which
// uses nothing of the backend but the seam and this.
//
// Threads   The case runs on the thread that made the fixture; tasks run where the backend runs
//           its loops.
class BackendFixture {
 public:
  virtual ~BackendFixture() = default;

  // Where the case's task runs.
  virtual Loop& loop() = 0;
  // One more loop, on a thread of its own where the backend has threads. It runs as long as
  // RunUntilDone does. Called before that.
  virtual Loop& AddLoop() = 0;

  // Runs `task` on loop() to its end, and whatever else runs on the loops meanwhile. Once.
  virtual void RunUntilDone(Task<void> task) = 0;

  // An empty directory of this fixture's own, as a path for loop().disk().
  virtual std::string Directory() = 0;
  // Takes the file out of whatever cache there is, so that the next read of it is a cold one.
  virtual void Forget(const std::string& path) = 0;
  // Keeps the lock of this file, as another process would, until the fixture goes.
  virtual void LockFromOutside(const std::string& path) = 0;

  // Addresses of this machine: numeric, without a port. Empty where there is none of the family.
  virtual std::string HostV4() = 0;
  virtual std::string HostV6() = 0;
  // Where connecting gets no answer at all.
  virtual Endpoint Silent() = 0;
  // How many connections a case may hold open at once, both ends counted.
  virtual int ConnectionsMax() = 0;
};

// One backend under test. Another one joins the suites by
//
//   std::unique_ptr<BackendFixture> MakeMine();
//   INSTANTIATE_TEST_SUITE_P(Mine, DiskConformance, testing::Values(Subject{"mine", &MakeMine}));
//
// and likewise for NetConformance and LoopConformance, linked with conformance_sources.
struct Subject {
  std::string name;
  std::unique_ptr<BackendFixture> (*make)();
};

inline void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

class Conformance : public testing::TestWithParam<Subject> {
 protected:
  Conformance() : fixture_(GetParam().make()) {}

  BackendFixture& fixture() { return *fixture_; }
  Loop& loop() { return fixture_->loop(); }
  Disk& disk() { return loop().disk(); }
  Net& net() { return loop().net(); }
  std::string Path(const std::string& name) { return fixture_->Directory() + "/" + name; }
  void Run(Task<void> task) { fixture_->RunUntilDone(std::move(task)); }

 private:
  std::unique_ptr<BackendFixture> fixture_;
};

class DiskConformance : public Conformance {};
class NetConformance : public Conformance {};
class LoopConformance : public Conformance {};

}  // namespace varve::io::conformance
