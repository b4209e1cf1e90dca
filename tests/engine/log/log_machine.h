#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/log/file_names.h"
#include "engine/log/log.h"
#include "tests/engine/log/log_batches.h"
#include "tests/engine/log/machine.h"

namespace varve::log::test {

// A machine with one log in "t-0", and the log's calls as plain functions.
//
//   LogMachine m;
//   m.Open();
//   m.Append(MakeBatch({1, 2}));
//   EXPECT_EQ(m.ReadAll(), "0-1");
class LogMachine : public Machine {
 public:
  explicit LogMachine(Config config = {}, io::SimOptions options = {}, size_t files_max = 64);
  ~LogMachine() { Drop(); }

  absl::Status TryOpen();
  void Open();
  // Ends the log as `stop` says, and opens it again.
  void Reopen(Stop stop);
  // The process ends where it stands.
  void Leave(io::SimCrash kind = io::SimCrash::kProcess);

  absl::StatusOr<Appended> Append(Buffer batch) { return Run(log->Append(batch)); }
  // All in one turn of the loop.
  std::vector<absl::StatusOr<Appended>> AppendTogether(std::vector<Buffer> batches);
  absl::Status Flush() { return Run(log->Flush()); }
  absl::Status Close(bool sync = true) { return Run(log->Close(sync)); }

  // Base and last offsets of the batches that one read finds, or its error.
  std::string Read(int64_t offset, uint64_t bytes_max, int64_t limit, bool whole_first = false);
  // Those of all segments, by reads.
  std::string ReadAll();
  // "timestamp@offset", or "-".
  std::string Find(int64_t timestamp, int64_t limit);
  std::string FindMax(int64_t limit);

  std::string Path(int64_t base, FileKind kind, FileState state = FileState::kPlain) const;
  // Of a segment's file; empty if there is none.
  Buffer Content(int64_t base, FileKind kind);
  bool Met(Row row) const { return log->open_report().rows.test(static_cast<size_t>(row)); }

  OpenArguments arguments;
  std::unique_ptr<DirectoryHealth> health;
  std::unique_ptr<Log> log;

 private:
  Buffer BytesOf(const ReadRange& read);
  void Drop();
};

}  // namespace varve::log::test
