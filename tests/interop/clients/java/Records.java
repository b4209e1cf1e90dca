import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Records, as JSON tells them. */
final class Records {
  private Records() {}

  private static byte[] bytes(JsonNode given) throws Exception {
    return given.isNull() ? null : given.binaryValue();
  }

  static ProducerRecord<byte[], byte[]> toSend(String topic, JsonNode given)
      throws Exception {
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : given.get("headers")) {
      headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
    }
    JsonNode time = given.get("timestamp");
    return new ProducerRecord<>(
        topic,
        given.get("partition").asInt(),
        time.isNull() ? null : time.asLong(),
        bytes(given.get("key")),
        bytes(given.get("value")),
        headers);
  }

  static Map<String, Object> told(ConsumerRecord<byte[], byte[]> record) {
    List<Object> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      List<Object> pair = new ArrayList<>();
      pair.add(header.key());
      pair.add(header.value());
      headers.add(pair);
    }
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("value", record.value());
    found.put("key", record.key());
    found.put("headers", headers);
    found.put("timestamp", record.timestamp());
    found.put("partition", record.partition());
    found.put("offset", record.offset());
    return found;
  }
}
