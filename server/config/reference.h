#pragma once

#include <string>

namespace varve::config {

// The reference page of all properties, in Markdown: what varved reads, what topics may set, and
// what is only accepted.
std::string ReferencePage();

}  // namespace varve::config
