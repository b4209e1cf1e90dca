#include "tests/engine/io/conformance/posix_fixture.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/backend.h"
#include "engine/io/posix/fd.h"
#include "tests/engine/io/conformance/support.h"

namespace varve::io::conformance {
namespace {

Task<void> RunThenStop(Task<void> task, Loop& loop) {
  co_await std::move(task);
  loop.Stop();
}

std::string MakeScratch() {
  const char* chosen = std::getenv("VARVE_TEST_DIR");
  const std::string parent =
      chosen != nullptr ? chosen : std::filesystem::temp_directory_path().string();
  std::string path = parent + "/varve-XXXXXX";
  VARVE_CHECK(::mkdtemp(path.data()) != nullptr, "no scratch directory in {}", parent);
  return path;
}

sockaddr_in LoopbackV4() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A child that holds the lock of a file until it is killed.
pid_t StartLockHolder(const std::string& path) {
  std::array<int, 2> ready;
  VARVE_CHECK(::pipe2(ready.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  VARVE_CHECK(child >= 0);
  if (child == 0) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
    struct flock whole{};
    whole.l_type = F_WRLCK;
    if (::fcntl(fd, F_SETLK, &whole) == 0) (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char byte;
  VARVE_CHECK(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  return child;
}

class PosixFixture final : public BackendFixture {
 public:
  explicit PosixFixture(const BackendOptions& options)
      : directory_(MakeScratch()),
        backend_(Must(OpenBackend(options))),
        loop_(Must(backend_->NewLoop())) {}

  ~PosixFixture() override {
    if (lock_holder_ > 0) {
      ::kill(lock_holder_, SIGKILL);
      ::waitpid(lock_holder_, nullptr, 0);
    }
    std::filesystem::remove_all(directory_);
  }

  Loop& loop() override { return *loop_; }
  Loop& AddLoop() override { return *others_.emplace_back(Must(backend_->NewLoop())); }

  void RunUntilDone(Task<void> task) override {
    std::vector<std::thread> threads;
    for (const std::unique_ptr<Loop>& other : others_) {
      threads.emplace_back([&other] { other->Run(); });
    }
    StartDetached(RunThenStop(std::move(task), *loop_));
    loop_->Run();
    for (const std::unique_ptr<Loop>& other : others_) other->Stop();
    for (std::thread& thread : threads) thread.join();
  }

  std::string Directory() override { return directory_; }

  void Forget(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    VARVE_CHECK(fd.valid() && ::fsync(fd.get()) == 0);
    VARVE_CHECK(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
  }

  void LockFromOutside(const std::string& path) override { lock_holder_ = StartLockHolder(path); }

  std::string HostV4() override { return "127.0.0.1"; }

  std::string HostV6() override {
    const Fd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const auto* plain = reinterpret_cast<const sockaddr*>(&address);
    return fd.valid() && ::bind(fd.get(), plain, sizeof(address)) == 0 ? "::1" : "";
  }

  // A listener whose queue is full drops what else arrives.
  Endpoint Silent() override {
    silent_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = LoopbackV4();
    socklen_t size = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    VARVE_CHECK(::bind(silent_[0].get(), plain, size) == 0 && ::listen(silent_[0].get(), 0) == 0);
    VARVE_CHECK(::getsockname(silent_[0].get(), plain, &size) == 0);
    for (int i = 0; i < 4; ++i) {
      silent_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(silent_.back().get(), plain, size);
    }
    return {"127.0.0.1", ntohs(address.sin_port)};
  }

  int ConnectionsMax() override {
    rlimit limit;
    VARVE_CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 4200)) - 200;
  }

 private:
  std::string directory_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<Loop>> others_;
  std::vector<Fd> silent_;
  pid_t lock_holder_ = 0;
};

std::unique_ptr<BackendFixture> Make(BackendKind kind, std::string_view features) {
  BackendOptions options;
  options.kind = kind;
  options.features = Must(Features::Parse(features));
  return std::make_unique<PosixFixture>(options);
}

}  // namespace

std::unique_ptr<BackendFixture> MakeEpoll() { return Make(BackendKind::kEpoll, "all"); }
std::unique_ptr<BackendFixture> MakeUring() { return Make(BackendKind::kUring, "all"); }
std::unique_ptr<BackendFixture> MakeUringOfKernel61() { return Make(BackendKind::kUring, "6.1"); }

}  // namespace varve::io::conformance
