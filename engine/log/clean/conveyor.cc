#include "engine/log/clean/conveyor.h"

#include <utility>

#include "engine/base/status.h"

namespace varve::log {

io::Task<void> Conveyor::WorkOn(Item& item) {
  auto work = [&] { work_(item); };
  co_await lane_.Run(work);
}

io::Task<void> Conveyor::ReadAhead() {
  while (!all_read_ && items_.size() < ChunkReader::kBuffers) {
    auto chunk = co_await reader_.Next();
    if (!chunk.ok()) read_ = chunk.status();
    all_read_ = !chunk.ok() || chunk->empty();
    if (all_read_) co_return;
    Item& item = *items_.emplace_back(std::make_unique<Item>(loop_));
    item.chunk = *chunk;
    item.under_way.Spawn(WorkOn(item));
  }
}

io::Task<absl::StatusOr<Conveyor::ItemRef>> Conveyor::Next() {
  co_await ReadAhead();
  if (items_.empty()) {
    CO_RETURN_IF_ERROR(read_);
    co_return ItemRef();
  }
  ItemRef item = std::move(items_.front());
  items_.pop_front();
  co_await item->under_way.Close();
  CO_RETURN_IF_ERROR(item->status);
  co_return item;
}

io::Task<void> Conveyor::Close() {
  for (const ItemRef& item : items_) co_await item->under_way.Close();
}

}  // namespace varve::log
