#include "tests/server/broker/http_words.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "engine/base/bytes.h"
#include "engine/base/status.h"

namespace varve::broker::test {
namespace {

constexpr uint16_t kHttpPort = 9404;

io::Task<absl::StatusOr<std::string>> Ask(io::Loop& loop, std::string request) {
  const io::Endpoint where{"127.0.0.1", kHttpPort};
  CO_ASSIGN_OR_RETURN(auto stream, co_await loop.net().Connect(where, io::kNever));
  const Bytes pieces[] = {AsBytes(request)};
  CO_RETURN_IF_ERROR(co_await stream->Write(pieces, false));
  std::string answer;
  Buffer room(65536);
  for (;;) {
    CO_ASSIGN_OR_RETURN(const size_t got, co_await stream->Read(room));
    if (got == 0) co_return answer;
    answer += AsText(Bytes(room).first(got));
  }
}

}  // namespace

HttpAnswer HttpGet(Machine& machine, std::string path) {
  const std::unique_ptr<io::Loop> loop = machine.world.NewLoop();
  std::string request = fmt::format("GET {} HTTP/1.0\r\n\r\n", path);
  const auto answer = machine.world.Run(*loop, Ask(*loop, std::move(request)));
  if (!answer.ok()) return {};
  const size_t space = answer->find(' ');
  const size_t head_end = answer->find("\r\n\r\n");
  VARVE_CHECK(head_end != std::string::npos, "{}", *answer);
  return {std::atoi(answer->c_str() + space), answer->substr(head_end + 4)};
}

double ValueOf(std::string_view metrics, std::string_view series) {
  const std::string wanted = fmt::format("\n{} ", series);
  const size_t at = metrics.find(wanted);
  if (at == std::string_view::npos) return -1;
  return std::atof(std::string(metrics.substr(at + wanted.size(), 40)).c_str());
}

}  // namespace varve::broker::test
