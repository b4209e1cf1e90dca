#include "server/cluster/producer_ids.h"

namespace varve::cluster {

io::Task<absl::StatusOr<int64_t>> ProducerIds::Next() {
  co_await taking_.Take();
  if (left_.first == left_.end) {
    const absl::StatusOr<ProducerIdBlock> block = co_await controller_.TakeProducerIds();
    if (!block.ok()) {
      taking_.Give();
      co_return block.status();
    }
    left_ = *block;
  }
  const int64_t id = left_.first++;
  taking_.Give();
  co_return id;
}

}  // namespace varve::cluster
