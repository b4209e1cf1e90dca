#include "server/wire/describe_cluster.h"

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/config/broker_config.h"

namespace varve::broker {

io::Task<absl::Status> HandleDescribeCluster(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeClusterRequest>(body, context.version()));
  wire::DescribeClusterResponse response;
  response.cluster_id = context.image().cluster_id();
  response.endpoint_type = request.endpoint_type;
  if (request.endpoint_type == wire::kBrokerEndpoints) {
    const config::BrokerSettings& settings = context.broker.config->settings();
    wire::DescribeClusterResponse::Broker broker;
    broker.broker_id = context.broker.node_id;
    broker.host = context.advertised().host;
    broker.port = context.advertised().port;
    if (!settings.rack.empty()) broker.rack = settings.rack;
    response.controller_id = context.broker.node_id;
    response.brokers.push_back(broker);
  } else {
    const bool controllers = request.endpoint_type == wire::kControllerEndpoints;
    response.error_code = controllers ? wire::ErrorCode::kMismatchedEndpointType
                                      : wire::ErrorCode::kUnsupportedEndpointType;
    response.error_message = "this is an endpoint of a broker";
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
