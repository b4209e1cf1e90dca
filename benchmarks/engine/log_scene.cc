#include "benchmarks/engine/log_scene.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "engine/io/posix/memory_limit.h"
#include "engine/record/builder.h"

namespace varve::bench {
namespace {

constexpr size_t kOpenFiles = 64;

}  // namespace

ScratchDirectory::ScratchDirectory() {
  path_ = std::filesystem::temp_directory_path() / "varve-bench-XXXXXX";
  VARVE_CHECK(::mkdtemp(path_.data()) != nullptr, "no directory {}", path_);
}

ScratchDirectory::~ScratchDirectory() { std::filesystem::remove_all(path_); }

void ScratchDirectory::Clear() const {
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    std::filesystem::remove_all(entry.path());
  }
}

LogScene::LogScene() : backend_(Must(io::OpenBackend({}))), loop_(Must(backend_->NewLoop())) {
  const uint64_t unwritten = log::UnwrittenBytes::BytesMaxFor(io::MemoryLimitBytes());
  const log::FileCache::Limits limits{kOpenFiles, kOpenFiles, unwritten};
  files_ = std::make_unique<log::FileCache>(loop_->disk(), limits);
}

io::Task<void> LogScene::RunThenStop(io::Task<double> task, double* result) {
  *result = co_await std::move(task);
  loop_->Stop();
}

double LogScene::Run(io::Task<double> task) {
  double result = 0;
  io::StartDetached(RunThenStop(std::move(task), &result));
  loop_->Run();
  return result;
}

io::Task<std::unique_ptr<log::Log>> LogScene::OpenLog(std::string directory, log::Config config,
                                                      log::Stop stop) {
  log::OpenArguments arguments;
  arguments.directory = std::move(directory);
  arguments.config = config;
  arguments.stop = stop;
  co_return Must(co_await log::Log::Open(*loop_, *files_, health_, std::move(arguments)));
}

Buffer BatchOf(size_t bytes, size_t record_bytes) {
  record::BatchBuilder builder;
  std::string value(record_bytes, 'x');
  const size_t per_record = record_bytes + 8;
  const size_t records = std::max<size_t>(1, bytes / per_record);
  for (size_t i = 0; i < records; ++i) {
    builder.Append(
        {.timestamp = 1'700'000'000'000 + static_cast<int64_t>(i), .value = AsBytes(value)});
  }
  return builder.Build();
}

}  // namespace varve::bench
