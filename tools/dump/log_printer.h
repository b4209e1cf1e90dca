#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

#include "tools/dump/batch_walk.h"
#include "tools/dump/input_file.h"
#include "tools/dump/options.h"
#include "tools/dump/output.h"
#include "tools/dump/record_printer.h"

namespace varve::dump {

// Prints a file of batches: a row a batch, its records if asked for, and at the end what retention
// goes by. Goes on behind damage.
//
// Lifetime  All references outlive it.
class LogPrinter {
 public:
  LogPrinter(const InputFile& file, const Options& options, Output& out);

  // How many faults it met. Errors: those of reading.
  absl::StatusOr<uint64_t> Print();

 private:
  struct Totals {
    int64_t batches = 0;
    int64_t records = 0;
    int64_t largest_timestamp = record::kNoTimestamp;
  };

  absl::Status PrintStep(const Step& step);
  void PrintBatch(const Step& step);
  absl::Status PrintRecords(const Step& step);
  void PrintTrouble(const Step& step);
  void PrintSummary();
  void Fault(uint64_t position, std::string_view what);

  const InputFile& file_;
  const Options& options_;
  Output& out_;
  BatchWalk walk_;
  RecordPrinter records_;
  Totals totals_;
  uint64_t faults_ = 0;
  bool done_ = false;
};

}  // namespace varve::dump
