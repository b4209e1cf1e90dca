#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

namespace varve::wire {

// What a file of lines "Name version hex" holds. The bytes were computed from Kafka's published
// layouts by a program that shares nothing with this one, and each was decoded and encoded again,
// to the same bytes, by another client library.
using Golden = std::map<std::pair<std::string, int>, std::string>;

inline Golden LoadGolden(const std::string& path) {
  Golden golden;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::string hex;
    int version = 0;
    words >> name >> version >> hex;
    golden[{name, version}] = hex;
  }
  return golden;
}

}  // namespace varve::wire
