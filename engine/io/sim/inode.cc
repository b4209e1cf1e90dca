#include "engine/io/sim/inode.h"

#include <algorithm>

namespace varve::io {
namespace {

// Bytes [from, to) of `bytes`, which lie at `position` of a file, into the same place of `file`.
void CopyPart(Bytes bytes, uint64_t position, uint64_t from, uint64_t to, Buffer& file) {
  from = std::max(from, position);
  to = std::min(to, position + bytes.size());
  if (from >= to) return;
  if (file.size() < to) file.resize(to);
  std::copy_n(bytes.data() + (from - position), to - from, file.data() + from);
}

void ZeroPart(uint64_t from, uint64_t to, Buffer& file) {
  to = std::min<uint64_t>(to, file.size());
  if (from < to) std::fill(file.begin() + from, file.begin() + to, std::byte{0});
}

}  // namespace

void SimInode::Add(Change change) {
  change.number = ++changes_made_;
  changes_.push_back(std::move(change));
}

void SimInode::Write(uint64_t position, Bytes bytes) {
  if (bytes.empty()) return;
  CopyPart(bytes, position, 0, position + bytes.size(), seen_);
  allocated_ = std::max<uint64_t>(allocated_, seen_.size());
  Change change{.position = position,
                .bytes = Buffer(bytes.begin(), bytes.end()),
                .size_after = seen_.size(),
                .touched_end = position + bytes.size()};
  Add(std::move(change));
}

void SimInode::Truncate(uint64_t size) {
  const uint64_t before = seen_.size();
  seen_.resize(size);
  allocated_ = std::max<uint64_t>(allocated_, size);
  if (size == before) return;
  Change change{.position = std::min(size, before),
                .truncates = true,
                .size_after = size,
                .touched_end = std::max(size, before)};
  Add(std::move(change));
}

void SimInode::Allocate(uint64_t end) { allocated_ = std::max(allocated_, end); }

void SimInode::FlipBit(uint64_t position, unsigned bit) {
  const auto mask = std::byte{1} << bit;
  if (position < seen_.size()) seen_[position] ^= mask;
  if (position < durable_.size()) durable_[position] ^= mask;
  for (Change& change : changes_) {
    const uint64_t end = change.position + change.bytes.size();
    if (change.position <= position && position < end) {
      change.bytes[position - change.position] ^= mask;
    }
  }
}

void SimInode::Apply(const Change& change, Buffer& to) {
  if (change.truncates) {
    to.resize(change.position);  // what lay beyond is zeros, should the file grow again
    to.resize(change.size_after);
  } else {
    CopyPart(change.bytes, change.position, 0, change.touched_end, to);
  }
}

void SimInode::Sync(uint64_t up_to) {
  size_t done = 0;
  for (; done < changes_.size() && changes_[done].number <= up_to; ++done) {
    Apply(changes_[done], durable_);
  }
  changes_.erase(changes_.begin(), changes_.begin() + done);
}

void SimInode::DropDirty(uint64_t up_to) {
  std::erase_if(changes_, [&](const Change& change) { return change.number <= up_to; });
}

bool SimInode::IsBad(uint64_t position, uint64_t length) const {
  return std::any_of(bad_ranges.begin(), bad_ranges.end(), [&](const auto& bad) {
    return bad.first < position + length && position < bad.first + bad.second;
  });
}

// How one power loss treats one file.
struct SimInode::Loss {
  enum class Kind { kEverything, kNothing, kTail, kAnything };
  Kind kind;
  uint64_t kept = 0;  // changes up to this one, for kTail
};

uint64_t SimInode::SurvivingSize(const Loss& loss, Random& random) const {
  if (loss.kind == Loss::Kind::kNothing) return changes_.back().size_after;
  if (loss.kind == Loss::Kind::kEverything) return durable_.size();
  const auto size_after = [&](uint64_t kept) {
    return kept == 0 ? durable_.size() : changes_[kept - 1].size_after;
  };
  if (loss.kind == Loss::Kind::kAnything) {
    return size_after(random.OneIn(2) ? changes_.size() : random.Below(changes_.size() + 1));
  }
  if (loss.kept == changes_.size()) return size_after(loss.kept);
  const auto [least, most] = std::minmax({size_after(loss.kept), size_after(loss.kept + 1)});
  return least + random.Below(most - least + 1);
}

void SimInode::LoseSector(uint64_t sector, const std::vector<const Change*>& touching,
                          const Loss& loss, Random& random, Buffer& after) const {
  const uint64_t begin = sector * kSectorBytes;
  const uint64_t end = begin + kSectorBytes;
  size_t kept = touching.size();
  if (loss.kind == Loss::Kind::kEverything) kept = 0;
  if (loss.kind == Loss::Kind::kAnything) kept = random.Below(touching.size() + 1);
  if (loss.kind == Loss::Kind::kTail) {
    const uint64_t last = loss.kept == 0 ? 0 : changes_[loss.kept - 1].number;
    kept = std::count_if(touching.begin(), touching.end(),
                         [&](const Change* change) { return change->number <= last; });
  }
  const bool torn =
      kept < touching.size() && loss.kind != Loss::Kind::kEverything && random.OneIn(4);
  const uint64_t torn_at = begin + random.Below(kSectorBytes + 1);
  for (size_t i = 0; i < kept + (torn ? 1 : 0); ++i) {
    const Change& change = *touching[i];
    const uint64_t stop = i == kept ? torn_at : end;
    if (change.truncates) {
      ZeroPart(std::max(change.position, begin), stop, after);
    } else {
      CopyPart(change.bytes, change.position, begin, stop, after);
    }
  }
}

void SimInode::LosePower(Random& random) {
  if (!changes_.empty()) {
    const Loss loss{static_cast<Loss::Kind>(random.Below(4)), random.Below(changes_.size() + 1)};
    std::map<uint64_t, std::vector<const Change*>> touched;
    uint64_t end = durable_.size();
    for (const Change& change : changes_) {
      end = std::max(end, change.touched_end);
      for (uint64_t at = change.position / kSectorBytes; at * kSectorBytes < change.touched_end;
           ++at) {
        touched[at].push_back(&change);
      }
    }
    Buffer after = durable_;
    after.resize(end);
    for (const auto& [sector, touching] : touched) {
      LoseSector(sector, touching, loss, random, after);
    }
    after.resize(SurvivingSize(loss, random));
    durable_ = std::move(after);
  }
  changes_.clear();
  seen_ = durable_;
  allocated_ = random.OneIn(2) ? seen_.size() : std::max<uint64_t>(allocated_, seen_.size());
  open_files = 0;
  appending = false;
}

}  // namespace varve::io
