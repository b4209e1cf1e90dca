#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

#include "engine/io/task.h"
#include "tools/varve/client/client.h"
#include "tools/varve/output.h"

namespace varve::cli {

// What every command is told.
struct Globals {
  std::string bootstrap = "127.0.0.1:9092";
  int64_t timeout_ms = 30'000;
  bool json = false;
  bool progress = true;
};

// What a command that administers works with.
struct Session {
  Client& client;
  Output& out;
  const Globals& globals;

  bool json() const { return globals.json; }
};

// Lifetime  The session outlives the task.
using AdminCommand = std::function<io::Task<absl::Status>(Session&)>;

// Runs a command on a loop of its own.
absl::Status RunAdmin(const Globals& globals, const AdminCommand& command);

}  // namespace varve::cli
