// A durable log in a program of sixty lines: writes a few events, closes, opens again, reads.
#include <varve.h>

#include <cstdio>
#include <string>

namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

absl::Status Write(const std::string& directory) {
  auto store = varve::Store::Open(directory);
  if (!store.ok()) return store.status();
  varve::LogConfig config;
  config.flush_messages = 1;  // acknowledged means: survives a power loss
  auto log = (*store)->OpenLog("events", config);
  if (!log.ok()) return log.status();
  for (const std::string& text : {"opened", "clicked", "closed"}) {
    const varve::NewRecord record{.key = varve::AsBytes("user-7"), .value = varve::AsBytes(text)};
    const auto offset = (*log)->Append(record);
    if (!offset.ok()) return offset.status();
    std::printf("wrote %s at offset %lld\n", text.c_str(), static_cast<long long>(*offset));
  }
  return (*store)->Close();
}

absl::Status Read(const std::string& directory) {
  auto store = varve::Store::Open(directory);
  if (!store.ok()) return store.status();
  auto log = (*store)->OpenLog("events");
  if (!log.ok()) return log.status();
  varve::Reader reader = (*log)->ReadFrom(0);
  varve::StoredRecord record;
  for (;;) {
    const auto more = reader.Next(record);
    if (!more.ok()) return more.status();
    if (!*more) break;
    const std::string value(varve::AsText(*record.value));
    std::printf("read %s from offset %lld\n", value.c_str(), static_cast<long long>(record.offset));
  }
  return (*store)->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  if (const absl::Status status = Write(argv[1]); !status.ok()) return Fail(status);
  if (const absl::Status status = Read(argv[1]); !status.ok()) return Fail(status);
  return 0;
}
