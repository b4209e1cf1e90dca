#pragma once

#include <string>
#include <vector>

#include "engine/log/log.h"
#include "engine/log/time_search.h"
#include "tests/engine/log/model/model_log.h"

// What a log knows besides its batches, against what they say. Text if they differ.
namespace varve::log::test {

std::string CheckEpochs(const Log& log, const ModelLog& model);
std::string CheckProducers(const Log& log, const ModelLog& model);
std::string CheckLastStable(const Log& log, const ModelLog& model);
// `aborted` is what a reader of `span` was told: all that it needs, and nothing that is not so.
std::string CheckAborted(const std::vector<AbortedTransaction>& aborted, const ModelLog& model,
                         OffsetSpan span);

}  // namespace varve::log::test
