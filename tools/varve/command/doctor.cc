#include "tools/varve/command/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "tools/varve/doctor/examine.h"
#include "tools/varve/doctor/machine.h"

namespace varve::cli {
namespace {

text::JsonWriter Json(const std::vector<Finding>& findings) {
  text::JsonWriter json;
  json.BeginArray();
  for (const Finding& finding : findings) {
    json.BeginObject().Field("subject", finding.subject);
    json.Field("verdict", VerdictName(finding.verdict)).Field("found", finding.found);
    if (!finding.advice.empty()) json.Field("advice", finding.advice);
    json.EndObject();
  }
  json.EndArray();
  return json;
}

}  // namespace

absl::Status Doctor(const Globals& globals, const DoctorOptions& options) {
  ASSIGN_OR_RETURN(const MachineFacts facts, LookAtMachine(options.data_dir));
  const std::vector<Finding> findings = Examine(facts);
  Output out;
  if (globals.json) {
    text::JsonWriter json = Json(findings);
    out.Print(json);
  } else {
    for (const Finding& finding : findings) {
      out.Line(fmt::format("{:<4}  {:<11} {}", VerdictName(finding.verdict), finding.subject,
                           finding.found));
      if (!finding.advice.empty()) out.Line(fmt::format("{:18}{}", "", finding.advice));
    }
    if (!facts.disk) out.Line("      --data-dir DIRECTORY looks at its disk, too");
  }
  RETURN_IF_ERROR(out.Flush());
  const bool failed = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::kFail;
  });
  return failed ? absl::FailedPreconditionError("") : absl::OkStatus();
}

}  // namespace varve::cli
