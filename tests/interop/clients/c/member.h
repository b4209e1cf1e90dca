// The one member of a group that a program is.
#pragma once

#include "json.h"

json_t* Join(const json_t* request);
json_t* Poll(const json_t* request);
json_t* Assigned(void);
json_t* Commit(void);
json_t* Leave(void);
