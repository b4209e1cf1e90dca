#pragma once

#include <cstdint>

#include "tools/dump/decode/schema.h"

// The records of __cluster_metadata, and the control records of any log.
namespace varve::dump {

// By the type in the record's value. Null: nobody knows it.
const Schema* FindMetadataSchema(uint32_t type);

// By the type in the key of a control record; the value begins with its version. Null: as above.
const Schema* FindControlSchema(int type);

}  // namespace varve::dump
