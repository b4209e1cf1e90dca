#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/task.h"
#include "tools/varve/client/client.h"

namespace varve::bench {

// The topic that a load goes to, as it is asked for.
struct TopicSpec {
  std::string name = "varve-bench";
  bool create = false;                    // if it is not there
  bool recreate = false;                  // anew, if it is there
  bool remove = false;                    // when all is done
  int32_t partitions = 1;                 // when it is made
  int16_t replication = -1;               // likewise; -1: as the broker is configured
  std::vector<std::string> configs = {};  // likewise, "name=value"
};

// The same, as it is.
struct Topic {
  struct Partition {
    int32_t index = 0;
    io::Endpoint leader;
  };

  std::string name;
  Uuid id;
  std::vector<Partition> partitions;  // ascending
  int produce_version = 0;
  int fetch_version = 0;

  // The brokers that lead partitions, in the order of their first one.
  std::vector<io::Endpoint> Leaders() const;
  std::vector<int32_t> LedBy(const io::Endpoint& leader) const;
};

// First and last offset of a partition.
struct Extent {
  int64_t start = 0;
  int64_t end = 0;
};

// Makes the topic if that is asked for, and waits until all its partitions have leaders.
// Errors    NotFound: it is not there, and not to be made. Unimplemented: the broker speaks no
//           version of Produce or Fetch that we do. Others as cli::Client.
io::Task<absl::StatusOr<Topic>> PrepareTopic(cli::Client& client, TopicSpec spec);

// Makes it unless it is there; `created` tells which. With `recreate` it waits for another of that
// name to go.
io::Task<absl::Status> CreateTopic(cli::Client& client, const TopicSpec& spec, bool& created);

// Fine if there is none.
io::Task<absl::Status> RemoveTopic(cli::Client& client, std::string name);

// Of all partitions, in their order.
// Errors    Unavailable: a leader does not know yet that it is one.
io::Task<absl::StatusOr<std::vector<Extent>>> Extents(cli::Client& client, const Topic& topic);

// Waits until the leaders of a topic that has just been made serve it: some say so earlier.
io::Task<absl::Status> AwaitServing(cli::Client& client, const Topic& topic);

}  // namespace varve::bench
