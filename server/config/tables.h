#pragma once

#include <span>

#include "server/config/property.h"

namespace varve::config {

// The rows, by subject. Only table.cc puts them together; everybody else asks property.h.
std::span<const Property> NetworkProperties();   // who this broker is, listeners, limits
std::span<const Property> LogProperties();       // directories, logs, threads
std::span<const Property> ClusterProperties();   // compaction; without effect: quorum, replication
std::span<const Property> GroupProperties();     // consumer groups and their offsets
std::span<const Property> AcceptedProperties();  // without effect here: security, metrics...
std::span<const Property> TopicTable();

}  // namespace varve::config
