import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Java client of any version since 2.8, told in lines of JSON what to do. */
public final class Driver {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final String address;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
  private KafkaConsumer<byte[], byte[]> member;

  private Driver(String address) {
    this.address = address;
    admin = Admin.create(base());
    consumer = consumer(Map.of("enable.auto.commit", "false"));
  }

  private Map<String, Object> base() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", address);
    properties.put("reconnect.backoff.max.ms", "200");
    return properties;
  }

  private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
    Map<String, Object> properties = base();
    properties.putAll(more);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private KafkaProducer<byte[], byte[]> producer(String codec) {
    return producers.computeIfAbsent(
        codec,
        name -> {
          Map<String, Object> properties = base();
          properties.put("compression.type", name);
          properties.put("max.request.size", 10_000_000);
          properties.put("linger.ms", 20);
          properties.put("acks", "all");
          return new KafkaProducer<>(
              properties, new ByteArraySerializer(), new ByteArraySerializer());
        });
  }

  private static TopicPartition partition(JsonNode given) {
    return new TopicPartition(given.get("topic").asText(), given.get("partition").asInt());
  }

  private Object produce(JsonNode given) throws Exception {
    KafkaProducer<byte[], byte[]> producer = producer(given.get("codec").asText());
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode one : given.get("records")) {
      sent.add(producer.send(Records.toSend(given.get("topic").asText(), one)));
    }
    List<Object> found = new ArrayList<>();
    for (Future<RecordMetadata> one : sent) {
      found.add(List.of(one.get().partition(), one.get().offset()));
    }
    return found;
  }

  private Object read(JsonNode given) {
    TopicPartition where = partition(given);
    consumer.assign(List.of(where));
    consumer.seek(where, given.get("offset").asLong());
    int count = given.get("count").asInt();
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    List<Object> found = new ArrayList<>();
    while (found.size() < count && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofSeconds(1))) {
        found.add(Records.told(one));
      }
    }
    return found.subList(0, Math.min(count, found.size()));
  }

  private Object topics() {
    Map<String, Integer> found = new HashMap<>();
    consumer.listTopics().forEach((name, partitions) -> found.put(name, partitions.size()));
    return found;
  }

  /** The result's method has another name since 3.1. */
  private Object describe(String topic) throws Exception {
    Object result = admin.describeTopics(List.of(topic));
    String method = "topicNameValues";
    try {
      result.getClass().getMethod(method);
    } catch (NoSuchMethodException old) {
      method = "values";
    }
    Map<?, ?> found = (Map<?, ?>) result.getClass().getMethod(method).invoke(result);
    ((Future<?>) found.get(topic)).get();
    return null;
  }

  private Object bounds(TopicPartition where) {
    return List.of(
        consumer.beginningOffsets(List.of(where)).get(where),
        consumer.endOffsets(List.of(where)).get(where));
  }

  private Object offsetAt(TopicPartition where, long time) {
    OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(where, time)).get(where);
    return found == null ? null : found.offset();
  }

  private static ConfigResource resource(JsonNode given) {
    return new ConfigResource(ConfigResource.Type.TOPIC, given.get("topic").asText());
  }

  private Object topicConfig(JsonNode given) throws Exception {
    Map<String, String> found = new HashMap<>();
    ConfigResource topic = resource(given);
    for (ConfigEntry one :
        admin.describeConfigs(List.of(topic)).all().get().get(topic).entries()) {
      found.put(one.name(), one.value());
    }
    return found;
  }

  private Object setTopicConfig(JsonNode given) throws Exception {
    ConfigEntry entry = new ConfigEntry(given.get("name").asText(), given.get("value").asText());
    AlterConfigOp change = new AlterConfigOp(entry, AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(resource(given), List.of(change))).all().get();
    return null;
  }

  @SuppressWarnings("deprecation")
  private Object groups() throws Exception {
    List<String> found = new ArrayList<>();
    admin.listConsumerGroups().all().get().forEach(one -> found.add(one.groupId()));
    return found;
  }

  @SuppressWarnings("deprecation")
  private Object group(String name) throws Exception {
    ConsumerGroupDescription found =
        admin.describeConsumerGroups(List.of(name)).all().get().get(name);
    return Map.of("state", String.valueOf(found.state()), "members", found.members().size());
  }

  private Object committed(String group, TopicPartition where) throws Exception {
    OffsetAndMetadata found =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(where);
    return found == null ? null : found.offset();
  }

  private Object join(JsonNode given) {
    member =
        consumer(
            Map.of(
                "group.id", given.get("group").asText(),
                "auto.offset.reset", given.get("reset").asText(),
                "max.poll.records", given.get("at_most").asInt(),
                "enable.auto.commit", "false",
                "session.timeout.ms", given.get("session_ms").asInt(),
                "heartbeat.interval.ms", given.get("heartbeat_ms").asInt()));
    member.subscribe(List.of(given.get("topic").asText()));
    return null;
  }

  private Object poll(long milliseconds) {
    List<Object> found = new ArrayList<>();
    member.poll(Duration.ofMillis(milliseconds)).forEach(one -> found.add(Records.told(one)));
    return found;
  }

  private Object assigned() {
    List<Integer> found = new ArrayList<>();
    member.assignment().forEach(one -> found.add(one.partition()));
    return found;
  }

  private Object leave() {
    member.close();
    member = null;
    return null;
  }

  private Object administer(JsonNode given) throws Exception {
    String name = given.hasNonNull("topic") ? given.get("topic").asText() : null;
    switch (given.get("do").asText()) {
      case "create_topic":
        NewTopic wanted = new NewTopic(name, given.get("partitions").asInt(), (short) 1);
        return admin.createTopics(List.of(wanted)).all().get();
      case "delete_topic":
        return admin.deleteTopics(List.of(name)).all().get();
      case "create_partitions":
        NewPartitions total = NewPartitions.increaseTo(given.get("partitions").asInt());
        return admin.createPartitions(Map.of(name, total)).all().get();
      case "topic_config":
        return topicConfig(given);
      case "set_topic_config":
        return setTopicConfig(given);
      case "groups":
        return groups();
      case "group":
        return group(given.get("group").asText());
      case "delete_group":
        return admin.deleteConsumerGroups(List.of(given.get("group").asText())).all().get();
      case "committed":
        return committed(given.get("group").asText(), partition(given));
      case "acls":
        return admin.describeAcls(AclBindingFilter.ANY).values().get().size();
      default:
        throw new IllegalArgumentException("not known: " + given.get("do"));
    }
  }

  private Object run(JsonNode given) throws Exception {
    switch (given.get("do").asText()) {
      case "produce":
        return produce(given);
      case "read":
        return read(given);
      case "topics":
        return topics();
      case "use_without_creating":
        return describe(given.get("topic").asText());
      case "bounds":
        return bounds(partition(given));
      case "offset_at":
        return offsetAt(partition(given), given.get("timestamp_ms").asLong());
      case "join":
        return join(given);
      case "poll":
        return poll(given.get("ms").asLong());
      case "assigned":
        return assigned();
      case "commit":
        member.commitSync();
        return null;
      case "leave":
        return leave();
      default:
        return administer(given);
    }
  }

  private static Map<String, Object> failure(Throwable thrown) {
    Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof NoOffsetForPartitionException) {
      return Map.of("refused", "NO_OFFSET", "text", text);
    }
    Errors known = Errors.forException(cause);
    if (cause instanceof ApiException && known != Errors.UNKNOWN_SERVER_ERROR) {
      return Map.of("refused", known.name(), "text", text);
    }
    return Map.of("broken", cause.toString());
  }

  private Map<String, Object> answer(JsonNode given) {
    Map<String, Object> found = new HashMap<>();
    try {
      found.put("result", run(given));
    } catch (Exception thrown) {
      thrown.printStackTrace();
      return failure(thrown);
    }
    return found;
  }

  private void close() {
    producers.values().forEach(KafkaProducer::close);
    consumer.close();
    admin.close();
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    Driver driver = new Driver(arguments[0]);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(JSON.writeValueAsString(driver.answer(JSON.readTree(line))));
      answers.flush();
    }
    driver.close();
  }
}
