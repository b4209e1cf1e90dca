#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace varve::dump {

enum class Severity {
  kNote,   // worth knowing, harmless
  kFault,  // damaged, or contradicts something else
};

struct Finding {
  Severity severity = Severity::kFault;
  std::string file;
  std::optional<uint64_t> position;  // in bytes from the begin of the file
  std::string what;
};

// What one pass over some files found. Bounded: beyond a hundred thousand, findings are counted
// and no longer kept.
class Findings {
 public:
  void Fault(const std::string& file, std::string what) {
    Add({Severity::kFault, file, std::nullopt, std::move(what)});
  }
  void Fault(const std::string& file, uint64_t position, std::string what) {
    Add({Severity::kFault, file, position, std::move(what)});
  }
  void Note(const std::string& file, std::string what) {
    Add({Severity::kNote, file, std::nullopt, std::move(what)});
  }
  void Note(const std::string& file, uint64_t position, std::string what) {
    Add({Severity::kNote, file, position, std::move(what)});
  }

  void Add(Finding finding);
  void AddAll(const Findings& other);

  const std::vector<Finding>& all() const { return all_; }
  // Of those too that are no longer kept.
  uint64_t faults() const { return faults_; }
  uint64_t notes() const { return notes_; }

 private:
  static constexpr size_t kKeptMax = 100'000;

  std::vector<Finding> all_;
  uint64_t faults_ = 0;
  uint64_t notes_ = 0;
};

}  // namespace varve::dump
