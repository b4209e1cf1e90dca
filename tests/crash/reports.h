#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

namespace varve::crash {

// A delivery report: this payload is at this offset, said the broker.
struct Report {
  int32_t partition = 0;
  int64_t offset = 0;
  uint64_t hash = 0;
};

// Reports on disk: one line each.
class ReportWriter {
 public:
  explicit ReportWriter(const std::string& path) : file_(std::fopen(path.c_str(), "a")) {}
  ~ReportWriter() {
    if (file_ != nullptr) std::fclose(file_);
  }
  ReportWriter(const ReportWriter&) = delete;
  ReportWriter& operator=(const ReportWriter&) = delete;

  bool is_open() const { return file_ != nullptr; }
  void Write(const Report& report);

 private:
  std::FILE* file_;
};

// By partition, then by offset.
using Reports = std::map<int32_t, std::map<int64_t, uint64_t>>;

// Adds what a file holds to `reports`. An error, told to stderr: it is not readable, or two reports
// give different payloads for one offset.
bool ReadReports(const std::string& path, Reports& reports);

}  // namespace varve::crash
