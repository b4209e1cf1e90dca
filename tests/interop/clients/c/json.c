#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

json_t* BytesToJson(const void* data, size_t size) {
  if (data == NULL) return json_null();
  const unsigned char* bytes = data;
  char* text = malloc((size + 2) / 3 * 4 + 1);
  size_t length = 0;
  for (size_t at = 0; at < size; at += 3) {
    uint32_t three = (uint32_t)bytes[at] << 16;
    if (at + 1 < size) three |= (uint32_t)bytes[at + 1] << 8;
    if (at + 2 < size) three |= bytes[at + 2];
    for (int shift = 18; shift >= 0; shift -= 6) text[length++] = kDigits[three >> shift & 63];
    if (at + 1 >= size) text[length - 2] = '=';
    if (at + 2 >= size) text[length - 1] = '=';
  }
  json_t* made = json_stringn(text, length);
  free(text);
  return made;
}

void* BytesFromJson(const json_t* text, size_t* size) {
  *size = 0;
  if (!json_is_string(text)) return NULL;
  const char* from = json_string_value(text);
  unsigned char* bytes = malloc(json_string_length(text) / 4 * 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (; *from != '\0' && *from != '='; from++) {
    bits = bits << 6 | (uint32_t)(strchr(kDigits, *from) - kDigits);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[(*size)++] = (unsigned char)(bits >> count);
    }
  }
  return bytes;
}

json_t* Result(json_t* result) { return json_pack("{s:o}", "result", result); }

json_t* Refused(rd_kafka_resp_err_t error, const char* text) {
  const char* name = rd_kafka_err2name(error);
  switch (error) {  // where the library has names of its own
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      name = "UNKNOWN_TOPIC_OR_PARTITION";
      break;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      name = "MESSAGE_TOO_LARGE";
      break;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      name = "NO_OFFSET";
      break;
    default:
      break;
  }
  return json_pack("{s:s, s:s}", "refused", name, "text", text ? text : "");
}

json_t* Broken(const char* text) { return json_pack("{s:s}", "broken", text); }

const char* Text(const json_t* request, const char* name) {
  return json_string_value(json_object_get(request, name));
}

json_int_t Number(const json_t* request, const char* name) {
  return json_integer_value(json_object_get(request, name));
}
