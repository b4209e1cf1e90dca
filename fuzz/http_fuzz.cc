// What an HTTP client may send: nothing is read past its end, what is taken for a request lies
// inside it, and a request is the same however its bytes come in pieces.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/check.h"
#include "server/http/request.h"

namespace varve::http {
namespace {

using State = Parsed::State;

bool LiesIn(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void CheckRequest(std::string_view bytes, const Request& request) {
  const std::string_view head = bytes.substr(0, request.head_bytes);
  VARVE_CHECK(request.head_bytes <= bytes.size() && request.head_bytes <= kHeadBytesMax);
  VARVE_CHECK(head.ends_with("\r\n\r\n"));
  VARVE_CHECK(!request.method.empty() && LiesIn(request.method, head));
  VARVE_CHECK(request.path == "/" || LiesIn(request.path, head));
  VARVE_CHECK(request.path == "*" || request.path.starts_with('/'));
  const Parsed again = ParseRequest(head);
  VARVE_CHECK(again.state == State::kOk && again.request.head_bytes == request.head_bytes);
}

void CheckParts(std::string_view bytes) {
  const Parsed whole = ParseRequest(bytes);
  if (whole.state == State::kOk) CheckRequest(bytes, whole.request);
  const size_t end = whole.state == State::kOk ? whole.request.head_bytes : 0;
  for (size_t size = 0; size < end; ++size) {
    VARVE_CHECK(ParseRequest(bytes.substr(0, size)).state == State::kIncomplete);
  }
}

}  // namespace
}  // namespace varve::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  varve::http::CheckParts({reinterpret_cast<const char*>(data), size});
  return 0;
}
