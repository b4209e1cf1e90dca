#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "tools/varve/records/record.h"

// Records as JSON, one object a line. What is UTF-8 stands there as text, what is not, in base64:
// every byte comes back.
//
//   {"topic":"t","partition":0,"offset":5,"timestamp":1700000000000,"key":"a",
//    "valueBase64":"/w==","headers":[{"name":"h","value":"x"}]}
namespace varve::cli {

void AppendJson(std::string& out, const ConsumedRecord& record);

// Takes what AppendJson writes; every field may be missing, "topic" and "offset" are passed over.
// InvalidArgument says what is wrong.
absl::StatusOr<Record> ParseJsonRecord(std::string_view text);

}  // namespace varve::cli
