#include "tools/dump/verify/finding.h"

#include <utility>

namespace varve::dump {

void Findings::Add(Finding finding) {
  ++(finding.severity == Severity::kFault ? faults_ : notes_);
  if (all_.size() < kKeptMax) all_.push_back(std::move(finding));
}

void Findings::AddAll(const Findings& other) {
  for (const Finding& finding : other.all_) {
    if (all_.size() < kKeptMax) all_.push_back(finding);
  }
  faults_ += other.faults_;
  notes_ += other.notes_;
}

}  // namespace varve::dump
