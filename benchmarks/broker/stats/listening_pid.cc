#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "benchmarks/broker/stats/usage.h"
#include "tools/text/number.h"

namespace varve::bench {
namespace {

constexpr std::string_view kListening = "0A";

// The inodes of the sockets in one of the kernel's tables that listen on `port`.
void AddListening(const char* table, uint16_t port, std::set<std::string>& inodes) {
  const std::string suffix = fmt::format(":{:04X}", port);
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    if (local.ends_with(suffix) && state == kListening) inodes.insert("socket:[" + inode + "]");
  }
}

bool HasOneOf(const std::filesystem::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(process / "fd", error)) {
    const auto target = std::filesystem::read_symlink(file.path(), error);
    if (!error && sockets.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<int> PidListeningOn(uint16_t port) {
  std::set<std::string> sockets;
  AddListening("/proc/net/tcp", port, sockets);
  AddListening("/proc/net/tcp6", port, sockets);
  std::error_code error;
  for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = text::ParseNumber<int>(process.path().filename().string());
    if (pid && HasOneOf(process.path(), sockets)) return *pid;
  }
  return absl::NotFoundError(fmt::format("no process that we may see listens on port {}", port));
}

}  // namespace varve::bench
