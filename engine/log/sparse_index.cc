#include "engine/log/sparse_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace varve::log {
namespace {

template <typename Entry>
using AroundOf = typename SparseIndex<Entry>::Around;

// Of sorted entries.
template <typename Entry>
AroundOf<Entry> AroundIn(std::span<const Entry> entries, int64_t key) {
  const auto above =
      std::upper_bound(entries.begin(), entries.end(), key,
                       [](int64_t wanted, const Entry& entry) { return wanted < entry.key(); });
  AroundOf<Entry> around;
  if (above != entries.begin()) around.floor = *(above - 1);
  if (above != entries.end()) around.above = *above;
  return around;
}

}  // namespace

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::Load() {
  CO_ASSIGN_OR_RETURN(const io::FileInfo info, co_await file_.disk().Stat(file_.path()));
  if (info.size % sizeof(Entry) != 0) {
    co_return absl::DataLossError(fmt::format("{} has {} bytes, no whole number of entries of {}",
                                              file_.path(), info.size, sizeof(Entry)));
  }
  exists_ = true;
  stored_ = info.size / sizeof(Entry);
  pending_.clear();
  last_.reset();
  if (stored_ == 0) co_return absl::OkStatus();
  std::vector<Entry> tail(1);
  CO_RETURN_IF_ERROR(co_await ReadEntries(stored_ - 1, tail));
  last_ = tail[0];
  co_return absl::OkStatus();
}

template <typename Entry>
void SparseIndex<Entry>::Restore(uint64_t entries, const Entry& last) {
  exists_ = true;
  stored_ = entries;
  if (entries > 0) last_ = last;
}

template <typename Entry>
void SparseIndex<Entry>::Forget() {
  stored_ = 0;
  pending_.clear();
  last_.reset();
  exists_ = false;
  file_.Drop();
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::Reset() {
  Forget();
  absl::Status removed = co_await file_.disk().Remove(file_.path());
  co_return absl::IsNotFound(removed) ? absl::OkStatus() : removed;
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::Store() {
  VARVE_CHECK(stored_ == 0, "{} has {} entries already", path(), stored_);
  const Bytes entries = std::as_bytes(std::span(pending_));
  CO_RETURN_IF_ERROR(co_await io::ReplaceFile(file_.disk(), file_.path(), entries));
  exists_ = true;
  file_.Drop();
  stored_ = pending_.size();
  pending_.clear();
  co_return absl::OkStatus();
}

template <typename Entry>
void SparseIndex<Entry>::Add(const Entry& entry) {
  VARVE_CHECK(!last_ || entry.key() > last_->key(), "{} after {} in {}", entry.key(), last_->key(),
              path());
  pending_.push_back(entry);
  last_ = entry;
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::WritePending() {
  if (!exists_) {
    const auto made = co_await file_.Replace();
    CO_RETURN_IF_ERROR(made.status());
    exists_ = true;
  }
  if (pending_.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await file_.Open());
  const Bytes pieces[] = {std::as_bytes(std::span(pending_))};
  CO_RETURN_IF_ERROR(co_await file->Append(stored_ * sizeof(Entry), pieces));
  stored_ += pending_.size();
  pending_.clear();
  co_return absl::OkStatus();
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::Sync() {
  if (!exists_) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await file_.Open());
  co_return co_await file->SyncData();
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::Move(std::string to) {
  if (!exists_) co_return absl::OkStatus();
  co_return co_await file_.Move(std::move(to));
}

template <typename Entry>
io::Task<absl::Status> SparseIndex<Entry>::ReadEntries(uint64_t index, std::vector<Entry>& into) {
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await file_.Open());
  const MutableBytes bytes = std::as_writable_bytes(std::span(into));
  CO_ASSIGN_OR_RETURN(const size_t read, co_await file->Read(index * sizeof(Entry), bytes));
  if (read != bytes.size()) {
    co_return absl::DataLossError(fmt::format("{} ends at entry {}, {} were there before", path(),
                                              index + read / sizeof(Entry), stored_));
  }
  co_return absl::OkStatus();
}

template <typename Entry>
io::Task<absl::StatusOr<typename SparseIndex<Entry>::Around>> SparseIndex<Entry>::Find(
    int64_t key) {
  if (!pending_.empty() && pending_.front().key() <= key) {
    co_return AroundIn(std::span<const Entry>(pending_), key);
  }
  uint64_t low = 0;  // the floor, if there is one, is in [low, high)
  uint64_t high = stored_;
  bool near = false;
  if (const auto kept = Kept(); !kept.empty() && kept.front().key() <= key) {
    const uint64_t end = kept_at_ + kept.size();
    if (key < kept.back().key() || end == stored_) co_return AroundIn(kept, key);
    low = end - 1;
    near = true;  // who reads on is most often in the next block
  }
  std::vector<Entry> one(1);
  while (high - low > kBlockEntries) {
    const uint64_t step = std::exchange(near, false) ? kBlockEntries : (high - low) / 2;
    CO_RETURN_IF_ERROR(co_await ReadEntries(low + step, one));
    (one[0].key() <= key ? low : high) = low + step;
  }
  if (low == high) co_return Around();
  std::vector<Entry> block(high - low);
  const io::FileRef before = file_.IfOpen();
  CO_RETURN_IF_ERROR(co_await ReadEntries(low, block));
  // Meanwhile another file may have taken the place of this one.
  if (before != nullptr && before == file_.IfOpen()) Keep(low, block);
  co_return AroundIn(std::span<const Entry>(block), key);
}

template <typename Entry>
void SparseIndex<Entry>::Keep(uint64_t index, std::span<const Entry> entries) {
  const Bytes bytes = std::as_bytes(entries);
  file_.kept().assign(bytes.begin(), bytes.end());
  kept_at_ = index;
}

template <typename Entry>
std::span<const Entry> SparseIndex<Entry>::Kept() {
  const Buffer& bytes = file_.kept();
  if (bytes.empty() || file_.IfOpen() == nullptr) return {};
  return {reinterpret_cast<const Entry*>(bytes.data()), bytes.size() / sizeof(Entry)};
}

template <typename Entry>
io::Task<absl::StatusOr<uint64_t>> SparseIndex<Entry>::CountUpTo(int64_t key) {
  const auto waiting =
      std::upper_bound(pending_.begin(), pending_.end(), key,
                       [](int64_t wanted, const Entry& entry) { return wanted < entry.key(); });
  if (waiting != pending_.begin()) {
    co_return stored_ + static_cast<uint64_t>(waiting - pending_.begin());
  }
  uint64_t low = 0;  // the first entry above the key is in [low, high]
  uint64_t high = stored_;
  std::vector<Entry> one(1);
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    CO_RETURN_IF_ERROR(co_await ReadEntries(middle, one));
    if (one[0].key() <= key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  co_return low;
}

template <typename Entry>
io::Task<absl::StatusOr<std::vector<Entry>>> SparseIndex<Entry>::EntriesFrom(uint64_t index) {
  if (index >= stored_) {
    const auto skip = std::min<uint64_t>(index - stored_, pending_.size());
    co_return std::vector<Entry>(pending_.begin() + static_cast<ptrdiff_t>(skip), pending_.end());
  }
  std::vector<Entry> block(std::min<uint64_t>(stored_ - index, kBlockEntries));
  CO_RETURN_IF_ERROR(co_await ReadEntries(index, block));
  co_return block;
}

template class SparseIndex<OffsetIndexEntry>;
template class SparseIndex<TimeIndexEntry>;
template class SparseIndex<TxnIndexEntry>;

}  // namespace varve::log
