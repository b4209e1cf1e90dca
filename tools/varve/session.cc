#include "tools/varve/session.h"

#include <chrono>
#include <memory>
#include <utility>

#include "engine/io/backend.h"
#include "tools/varve/client/bootstrap.h"

namespace varve::cli {
namespace {

io::Task<> RunAndStop(const AdminCommand& command, io::Loop& loop, const Globals& globals,
                      std::vector<io::Endpoint> bootstrap, absl::Status& result) {
  Output out;
  {
    Client client(loop, std::move(bootstrap), std::chrono::milliseconds(globals.timeout_ms));
    Session session{client, out, globals};
    result = co_await command(session);
  }
  result.Update(out.Flush());
  loop.Stop();
}

}  // namespace

absl::Status RunAdmin(const Globals& globals, const AdminCommand& command) {
  ASSIGN_OR_RETURN(std::vector<io::Endpoint> bootstrap, ParseBootstrap(globals.bootstrap));
  // There is little to wait for: what starts at once serves best.
  io::BackendOptions options;
  options.kind = io::BackendKind::kEpoll;
  options.pool_threads = 1;
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Backend> backend, io::OpenBackend(options));
  ASSIGN_OR_RETURN(const std::unique_ptr<io::Loop> loop, backend->NewLoop());
  absl::Status result;
  io::StartDetached(RunAndStop(command, *loop, globals, std::move(bootstrap), result));
  loop->Run();
  return result;
}

}  // namespace varve::cli
