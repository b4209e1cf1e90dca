#include "tests/tools/dump/dump_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/base/check.h"

namespace varve::dump::test {

namespace fs = std::filesystem;

namespace {

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Ran RunDump(const std::vector<std::string>& arguments) {
  const Folder folder;
  std::vector<std::string> all{VARVE_DUMP_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kFlags = O_WRONLY | O_CREAT;
  posix_spawn_file_actions_addopen(&actions, 1, folder.path("out").c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, folder.path("err").c_str(), kFlags, 0600);
  pid_t process = 0;
  const int error = posix_spawn(&process, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  VARVE_CHECK(error == 0, "cannot run {}: error {}", argv[0], error);
  int status = 0;
  waitpid(process, &status, 0);
  Ran ran;
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ran.out = folder.Read("out");
  ran.err = folder.Read("err");
  return ran;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

size_t CountOf(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

Folder::Folder() {
  std::string path = (fs::temp_directory_path() / "varve-dump-test-XXXXXX").string();
  VARVE_CHECK(mkdtemp(path.data()) != nullptr, "no temporary directory");
  path_ = path;
}

Folder::~Folder() { fs::remove_all(path_); }

std::string Folder::path(const std::string& name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

std::string Folder::Write(const std::string& name, std::string_view content) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path.string();
}

std::string Folder::Write(const std::string& name, Bytes content) const {
  return Write(name, AsText(content));
}

void Folder::Touch(const std::string& name, int64_t modified_ms) const {
  const timespec time{.tv_sec = modified_ms / 1000, .tv_nsec = modified_ms % 1000 * 1'000'000};
  const timespec times[] = {time, time};
  VARVE_CHECK(utimensat(AT_FDCWD, path(name).c_str(), times, 0) == 0, "cannot touch {}", name);
}

std::string Folder::Read(const std::string& name) const { return ReadWhole(path_ / name); }

}  // namespace varve::dump::test
