// kafkajs, told in lines of JSON what to do.
'use strict';

const path = require('path');
const readline = require('readline');

const modules = path.join(process.env.NODE_MODULES, 'node_modules');
const kafkajs = require(path.join(modules, 'kafkajs'));
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes } = kafkajs;

const TIMEOUT_MS = 60000;
const QUIET = { retries: 1, initialRetryTime: 50 };

const kafka = new Kafka({
  clientId: 'driver',
  brokers: [process.argv[2]],
  logLevel: kafkajs.logLevel.ERROR,
  logCreator: () => ({ label, log }) => console.error(label, log.message, log.error || ''),
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 40 },
});
const admin = kafka.admin();
const producer = kafka.producer({ createPartitioner: () => ({ message }) => message.partition });
let readers = 0;
let member = null;

const bytes = (text) => (text === null ? null : Buffer.from(text, 'base64'));
const text = (data) => (data === null || data === undefined ? null : data.toString('base64'));
const number = (long) => Number(long);

function toSend(record) {
  const headers = {};
  for (const [name, value] of record.headers) {
    headers[name] = [...(headers[name] || []), bytes(value)];
  }
  return {
    key: bytes(record.key),
    value: bytes(record.value),
    headers,
    partition: record.partition,
    timestamp: record.timestamp === null ? undefined : String(record.timestamp),
  };
}

function told(partition, message) {
  const headers = [];
  for (const [name, value] of Object.entries(message.headers || {})) {
    for (const one of Array.isArray(value) ? value : [value]) headers.push([name, text(one)]);
  }
  return {
    value: text(message.value),
    key: text(message.key),
    headers,
    timestamp: number(message.timestamp),
    partition,
    offset: number(message.offset),
  };
}

class Refused extends Error {}

async function send(by, { topic, codec, records }) {
  const answers = await by.send({
    topic,
    acks: -1,
    compression: CompressionTypes[codec.toUpperCase()],
    messages: records.map(toSend),
  });
  const next = new Map(answers.map((one) => [one.partition, number(one.baseOffset)]));
  return records.map(({ partition }) => {
    const offset = next.get(partition);
    next.set(partition, offset + 1);
    return [partition, offset];
  });
}

async function useWithoutCreating({ topic }) {
  const other = kafka.producer({ allowAutoTopicCreation: false, retry: QUIET });
  await other.connect();
  try {
    const record = { value: '', key: null, headers: [], timestamp: null, partition: 0 };
    return await send(other, { topic, codec: 'none', records: [record] });
  } finally {
    await other.disconnect();
  }
}

// The library reads in groups alone.
async function read({ topic, partition, offset, count }) {
  const consumer = kafka.consumer({ groupId: `reader-${process.pid}-${readers++}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = new Map();
  try {
    await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`${found.size} of ${count} records came`)), TIMEOUT_MS)
        .unref();
      consumer.run({
        autoCommit: false,
        eachMessage: async (one) => {
          if (one.partition !== partition || number(one.message.offset) < offset) return;
          if (found.size < count) found.set(one.message.offset, told(partition, one.message));
          if (found.size === count) resolve();
        },
      });
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  } finally {
    await consumer.disconnect();
  }
  return [...found.values()].sort((one, other) => one.offset - other.offset);
}

async function topics() {
  const { topics: listed } = await admin.fetchTopicMetadata();
  return Object.fromEntries(listed.map((one) => [one.name, one.partitions.length]));
}

async function createTopic({ topic, partitions }) {
  const created = await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  if (!created) throw Object.assign(new Refused('exists'), { type: 'TOPIC_ALREADY_EXISTS' });
}

async function topicConfig({ topic }) {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  return Object.fromEntries(
    resources[0].configEntries.map((one) => [one.configName, one.configValue]));
}

async function setTopicConfig({ topic, name, value }) {
  const resource = {
    type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }],
  };
  await admin.alterConfigs({ resources: [resource] });
}

async function ends(topic, partition) {
  const found = await admin.fetchTopicOffsets(topic);
  return found.find((one) => one.partition === partition);
}

async function bounds({ topic, partition }) {
  const { low, high } = await ends(topic, partition);
  return [number(low), number(high)];
}

// The library tells the end where nothing is as late.
async function offsetAt({ topic, partition, timestamp_ms: time }) {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, time);
  const { offset } = found.find((one) => one.partition === partition);
  return offset === (await ends(topic, partition)).high ? null : number(offset);
}

async function groups() {
  return (await admin.listGroups()).groups.map((one) => one.groupId);
}

async function group({ group: name }) {
  const { groups: found } = await admin.describeGroups([name]);
  return { state: found[0].state, members: found[0].members.length };
}

async function committed({ group: groupId, topic, partition }) {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const { offset } = found.partitions.find((one) => one.partition === partition);
  return number(offset) < 0 ? null : number(offset);
}

async function acls() {
  await admin.describeAcls({
    resourceType: kafkajs.AclResourceTypes.ANY,
    resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
    operation: kafkajs.AclOperationTypes.ANY,
    permissionType: kafkajs.AclPermissionTypes.ANY,
  });
}

// A member of a group. It hands over one record of a partition at a time: none that was not polled
// counts as read.
class Member {
  constructor({ group: groupId, topic, reset, at_most: atMost, session_ms: session,
    heartbeat_ms: heartbeat }) {
    this.topic = topic;
    this.atMost = atMost;
    this.fromBeginning = reset === 'earliest';
    this.beat = heartbeat;
    this.offered = [];
    this.handed = new Map();
    this.assigned = [];
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: session,
      heartbeatInterval: heartbeat,
      rebalanceTimeout: 10000,
      maxWaitTimeInMs: heartbeat, // it beats between fetches only
    });
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload }) => {
      this.assigned = payload.memberAssignment[topic] || [];
      this.handed.clear();
    });
  }

  async join() {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: this.fromBeginning });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (given) => this.offerBatch(given),
    });
  }

  async offerBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }) {
    for (const message of batch.messages) {
      const offer = { partition: batch.partition, message, taken: false };
      this.offered.push(offer);
      try {
        while (!offer.taken) {
          if (!isRunning() || isStale()) return;
          await new Promise((resolve) => {
            offer.wake = resolve;
            setTimeout(resolve, this.beat);
          });
          await heartbeat();
        }
        resolveOffset(message.offset);
      } finally {
        this.offered = this.offered.filter((one) => one !== offer);
      }
    }
  }

  async poll(milliseconds) {
    const deadline = Date.now() + milliseconds;
    const found = [];
    while (found.length < this.atMost) {
      const offer = this.offered.find((one) => !one.taken);
      if (offer) {
        offer.taken = true;
        this.handed.set(offer.partition, String(BigInt(offer.message.offset) + 1n));
        found.push(told(offer.partition, offer.message));
        offer.wake?.();
      }
      if (Date.now() >= deadline) break;
      await new Promise((resolve) => setTimeout(resolve, offer ? 0 : 5));
    }
    return found;
  }

  async commit() {
    const offsets = [...this.handed].map(
      ([partition, offset]) => ({ topic: this.topic, partition, offset }));
    if (offsets.length > 0) await this.consumer.commitOffsets(offsets);
  }
}

async function leave() {
  await member.consumer.disconnect();
  member = null;
}

const operations = {
  produce: (given) => send(producer, given),
  read,
  use_without_creating: useWithoutCreating,
  topics,
  create_topic: createTopic,
  delete_topic: ({ topic }) => admin.deleteTopics({ topics: [topic] }),
  create_partitions: ({ topic, partitions: count }) =>
    admin.createPartitions({ topicPartitions: [{ topic, count }] }),
  topic_config: topicConfig,
  set_topic_config: setTopicConfig,
  bounds,
  offset_at: offsetAt,
  groups,
  group,
  delete_group: ({ group: name }) => admin.deleteGroups([name]),
  committed,
  acls,
  join: async (given) => {
    member = new Member(given);
    await member.join();
  },
  poll: ({ ms }) => member.poll(ms),
  assigned: async () => member.assigned,
  commit: () => member.commit(),
  leave,
};

// Kafka's name of an error, which may be wrapped.
function typeOf(error) {
  if (!error) return null;
  if (typeof error.type === 'string') return error.type;
  return typeOf(error.cause) || typeOf(error.originalError) || typeOf((error.errors || [])[0]) ||
    typeOf((error.groups || [])[0] && error.groups[0].error);
}

async function answer(request) {
  try {
    return { result: (await operations[request.do](request)) ?? null };
  } catch (error) {
    console.error(error);
    const type = typeOf(error);
    return type ? { refused: type, text: error.message } : { broken: String(error.stack) };
  }
}

async function main() {
  const zstd = require(path.join(modules, '@bokuweb/zstd-wasm'));
  await zstd.init();
  CompressionCodecs[CompressionTypes.Snappy] = require(path.join(modules, 'kafkajs-snappy'));
  CompressionTypes.SNAPPY = CompressionTypes.Snappy;
  for (const [name, library] of [['LZ4', require(path.join(modules, 'lz4js'))], ['ZSTD', zstd]]) {
    CompressionCodecs[CompressionTypes[name]] = () => ({
      compress: async (encoder) => Buffer.from(library.compress(encoder.buffer)),
      decompress: async (data) => Buffer.from(library.decompress(data)),
    });
  }
  await admin.connect();
  await producer.connect();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
  await producer.disconnect();
  await admin.disconnect();
  process.exit(0);
}

main();
