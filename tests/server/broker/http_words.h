#pragma once

#include <string>
#include <string_view>

#include "tests/server/broker/machine.h"

// What tests ask a broker over HTTP.
namespace varve::broker::test {

inline constexpr std::string_view kHttpConfig = "varve.http.listener=127.0.0.1:9404\n";

// An answer to a GET.
struct HttpAnswer {
  int status = 0;  // 0: there was no connection
  std::string body{};
};
HttpAnswer HttpGet(Machine& machine, std::string path);

// The value of a time series, named with its labels as in the text; -1 if it is not there.
double ValueOf(std::string_view metrics, std::string_view series);

}  // namespace varve::broker::test
