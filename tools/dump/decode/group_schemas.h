#pragma once

#include "tools/dump/decode/schema.h"

// The records of __consumer_offsets: groups, their members, and what they have committed.
namespace varve::dump {

struct KeyedSchema {
  int key_version;  // the kind of the record
  Schema key;
  Schema value;
};

// Null: nobody knows that kind of record.
const KeyedSchema* FindGroupSchema(int key_version);

}  // namespace varve::dump
