#include "tools/varve/records/producer.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "tools/text/interrupt.h"

namespace varve::cli {
namespace {

constexpr int kPollMs = 100;

RdOwned<rd_kafka_headers_t> ToHeaders(const std::vector<Header>& headers) {
  RdOwned<rd_kafka_headers_t> list(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    const char* value = header.value ? header.value->data() : nullptr;
    const auto size = static_cast<ssize_t>(header.value ? header.value->size() : 0);
    rd_kafka_header_add(list.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        value, size);
  }
  return list;
}

// Null is another thing than nothing.
void* DataOf(const std::optional<std::string>& bytes) {
  return bytes ? const_cast<char*>(bytes->data()) : nullptr;
}
size_t SizeOf(const std::optional<std::string>& bytes) { return bytes ? bytes->size() : 0; }

rd_kafka_vu_t Argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  return argument;
}

rd_kafka_vu_t Memory(rd_kafka_vtype_t type, const std::optional<std::string>& bytes) {
  rd_kafka_vu_t argument = Argument(type);
  argument.u.mem = {DataOf(bytes), SizeOf(bytes)};
  return argument;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Producer>> Producer::Open(const Globals& globals, std::string topic,
                                                         const std::vector<Property>& properties) {
  std::unique_ptr<Producer> producer(new Producer(std::move(topic)));
  // Memory is bounded; keys go where other clients put them; how large a record may be, the
  // broker decides.
  std::vector<Property> all{{"queue.buffering.max.kbytes", "131072"},
                            {"queue.buffering.max.messages", "500000"},
                            {"message.max.bytes", "1000000000"},
                            {"partitioner", "murmur2_random"}};
  all.insert(all.end(), properties.begin(), properties.end());
  ASSIGN_OR_RETURN(auto conf, MakeConf(globals, all, producer.get()));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &Producer::Delivered);
  ASSIGN_OR_RETURN(producer->handle_, MakeHandle(RD_KAFKA_PRODUCER, std::move(conf)));
  return producer;
}

Producer::~Producer() {
  if (handle_ != nullptr) {
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void Producer::Delivered(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* opaque) {
  auto& self = *static_cast<Producer*>(opaque);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++self.delivered_;
    return;
  }
  const std::string what = fmt::format("a record of {} bytes was not delivered", message->len);
  absl::Status status = RdStatus(message->err, what);
  if (message->err == RD_KAFKA_RESP_ERR_INVALID_RECORD) {
    status = absl::UnknownError(
        fmt::format("{}\n  A compacted topic takes only records that have a key.",
                    std::string(status.message())));
  }
  self.first_error_.Update(status);
}

rd_kafka_resp_err_t Producer::TrySend(const Record& record) {
  constexpr size_t kArgumentsMax = 7;
  rd_kafka_vu_t arguments[kArgumentsMax];
  size_t count = 0;
  arguments[count] = Argument(RD_KAFKA_VTYPE_TOPIC);
  arguments[count++].u.cstr = topic_.c_str();
  arguments[count++] = Memory(RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[count++] = Memory(RD_KAFKA_VTYPE_KEY, record.key);
  arguments[count] = Argument(RD_KAFKA_VTYPE_MSGFLAGS);
  arguments[count++].u.i = RD_KAFKA_MSG_F_COPY;
  if (record.partition) {
    arguments[count] = Argument(RD_KAFKA_VTYPE_PARTITION);
    arguments[count++].u.i32 = *record.partition;
  }
  if (record.timestamp_ms) {
    arguments[count] = Argument(RD_KAFKA_VTYPE_TIMESTAMP);
    arguments[count++].u.i64 = *record.timestamp_ms;
  }
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = ToHeaders(record.headers).release();
    arguments[count] = Argument(RD_KAFKA_VTYPE_HEADERS);
    arguments[count++].u.headers = headers;
  }
  rd_kafka_error_t* error = rd_kafka_produceva(handle_.get(), arguments, count);
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const RdOwned<rd_kafka_headers_t> still_ours(headers);
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

absl::Status Producer::Send(const Record& record) {
  rd_kafka_resp_err_t error = TrySend(record);
  while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && first_error_.ok()) {
    if (text::Interrupt::asked()) return absl::CancelledError("");
    rd_kafka_poll(handle_.get(), kPollMs);
    error = TrySend(record);
  }
  rd_kafka_poll(handle_.get(), 0);
  RETURN_IF_ERROR(first_error_);
  return RdStatus(error, fmt::format("a record of {} bytes cannot be sent", SizeOf(record.value)));
}

absl::Status Producer::Finish() {
  while (rd_kafka_outq_len(handle_.get()) > 0) {
    if (text::Interrupt::asked()) return absl::CancelledError("");
    rd_kafka_poll(handle_.get(), kPollMs);
  }
  return first_error_;
}

}  // namespace varve::cli
