#pragma once

#include <cstdint>

#include "engine/record/record.h"
#include "tools/dump/decode/decoder.h"
#include "tools/dump/options.h"
#include "tools/dump/output.h"

namespace varve::dump {

// Prints records as rows: offset, time, key, value, headers; decoded where their topic has a
// meaning that we know.
class RecordPrinter {
 public:
  RecordPrinter(const Options& options, Decode decode, Output& out)
      : options_(options), decode_(decode), out_(out) {}

  // `control`: the record is of a control batch.
  void Print(const record::RecordView& record, bool control);

 private:
  bool PrintDecoded(Row& row, const record::RecordView& record, bool control);
  void PrintRaw(Row& row, const record::RecordView& record);
  void PrintHeaders(Row& row, const record::RecordView& record);

  const Options& options_;
  const Decode decode_;
  Output& out_;
};

}  // namespace varve::dump
