#include "engine/io/posix/file_calls.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "engine/io/posix/fd.h"

namespace varve::io {
namespace {

// A file in memory is read on the spot, also by a kernel that cannot do so without waiting there.
TEST(FileCalls, AFileInMemoryIsResident) {
  const Fd file(::memfd_create("file", MFD_CLOEXEC));
  const std::string content(10'000, 'x');
  ASSERT_EQ(::write(file.get(), content.data(), content.size()), ssize_t{10'000});
  Buffer into(20'000);
  const ResidentRead read = ReadResident(file.get(), 1'000, into);
  EXPECT_TRUE(read.complete);
  EXPECT_EQ(read.size, 9'000U);
  EXPECT_EQ(AsText(Bytes(into).first(read.size)), content.substr(1'000));
  for (const bool use_cachestat : {false, true}) {
    EXPECT_TRUE(IsResident(file.get(), 0, 10'000, use_cachestat)) << use_cachestat;
  }
}

}  // namespace
}  // namespace varve::io
