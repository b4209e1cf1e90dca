// sarama, told in lines of JSON what to do.
package main

import (
	"errors"
	"os"
	"time"

	"github.com/IBM/sarama"
	"varve/clients/driver"
)

const timeout = 60 * time.Second

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

// Kafka's names of the errors that the library tells by number.
var names = map[sarama.KError]string{
	sarama.ErrUnknownTopicOrPartition: "UNKNOWN_TOPIC_OR_PARTITION",
	sarama.ErrMessageSizeTooLarge:     "MESSAGE_TOO_LARGE",
	sarama.ErrTopicAlreadyExists:      "TOPIC_ALREADY_EXISTS",
	sarama.ErrInvalidPartitions:       "INVALID_PARTITIONS",
	sarama.ErrInvalidConfig:           "INVALID_CONFIG",
	sarama.ErrSecurityDisabled:        "SECURITY_DISABLED",
	sarama.ErrNonEmptyGroup:           "NON_EMPTY_GROUP",
}

type client struct {
	address   string
	base      sarama.Client
	admin     sarama.ClusterAdmin
	producers map[string]sarama.SyncProducer
	member    *member
}

func refuse(err error) error {
	var known sarama.KError
	if errors.As(err, &known) && names[known] != "" {
		return driver.Refused{Name: names[known], Text: err.Error()}
	}
	return err
}

func config() *sarama.Config {
	made := sarama.NewConfig()
	made.Version = sarama.MaxVersion
	made.Consumer.Return.Errors = false
	made.Producer.Return.Successes = true
	made.Producer.Partitioner = sarama.NewManualPartitioner
	made.Producer.MaxMessageBytes = 10_000_000
	made.Producer.RequiredAcks = sarama.WaitForAll
	made.Producer.Flush.Frequency = 20 * time.Millisecond
	made.Metadata.Retry.Max = 20
	made.Producer.Retry.Max = 20
	return made
}

func (c *client) producer(codec string) (sarama.SyncProducer, error) {
	if found := c.producers[codec]; found != nil {
		return found, nil
	}
	how := config()
	how.Producer.Compression = codecs[codec]
	made, err := sarama.NewSyncProducer([]string{c.address}, how)
	c.producers[codec] = made
	return made, err
}

func encoder(given []byte) sarama.Encoder {
	if given == nil {
		return nil
	}
	return sarama.ByteEncoder(given)
}

func toSend(topic string, given driver.Record) *sarama.ProducerMessage {
	message := &sarama.ProducerMessage{Topic: topic, Partition: given.Partition,
		Key: encoder(given.Key), Value: encoder(given.Value)}
	if given.Timestamp != nil {
		message.Timestamp = time.UnixMilli(*given.Timestamp)
	}
	for _, header := range given.Headers {
		message.Headers = append(message.Headers,
			sarama.RecordHeader{Key: []byte(header.Name), Value: header.Value})
	}
	return message
}

func told(message *sarama.ConsumerMessage) driver.Record {
	time, headers := message.Timestamp.UnixMilli(), []driver.Header{}
	for _, header := range message.Headers {
		headers = append(headers, driver.Header{Name: string(header.Key), Value: header.Value})
	}
	return driver.Record{Value: message.Value, Key: message.Key, Headers: headers,
		Timestamp: &time, Partition: message.Partition, Offset: &message.Offset}
}

func send(producer sarama.SyncProducer, request *driver.Request) (any, error) {
	messages := []*sarama.ProducerMessage{}
	for _, record := range request.Records {
		messages = append(messages, toSend(request.Topic, record))
	}
	if err := producer.SendMessages(messages); err != nil {
		var several sarama.ProducerErrors
		if errors.As(err, &several) {
			err = several[0].Err
		}
		return nil, refuse(err)
	}
	found := [][2]int64{}
	for _, message := range messages {
		found = append(found, [2]int64{int64(message.Partition), message.Offset})
	}
	return found, nil
}

func (c *client) produce(request *driver.Request) (any, error) {
	producer, err := c.producer(request.Codec)
	if err != nil {
		return nil, err
	}
	return send(producer, request)
}

func (c *client) useWithoutCreating(request *driver.Request) (any, error) {
	how := config()
	how.Metadata.AllowAutoTopicCreation = false
	how.Metadata.Retry.Max = 1
	producer, err := sarama.NewSyncProducer([]string{c.address}, how)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	request.Records = []driver.Record{{Value: []byte("value")}}
	return send(producer, request)
}

func (c *client) read(request *driver.Request) (any, error) {
	consumer, err := sarama.NewConsumer([]string{c.address}, config())
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	part, err := consumer.ConsumePartition(request.Topic, request.Partition, request.Offset)
	if err != nil {
		return nil, refuse(err)
	}
	defer part.AsyncClose()
	found := []driver.Record{}
	limit := time.After(timeout)
	for len(found) < request.Count {
		select {
		case message := <-part.Messages():
			found = append(found, told(message))
		case <-limit:
			return nil, errors.New("no more records came")
		}
	}
	return found, nil
}

func (c *client) topics(*driver.Request) (any, error) {
	listed, err := c.admin.ListTopics()
	found := map[string]int32{}
	for name, topic := range listed {
		found[name] = topic.NumPartitions
	}
	return found, refuse(err)
}

func (c *client) createTopic(request *driver.Request) (any, error) {
	wanted := &sarama.TopicDetail{NumPartitions: request.Partitions, ReplicationFactor: 1}
	return nil, refuse(c.admin.CreateTopic(request.Topic, wanted, false))
}

func (c *client) deleteTopic(request *driver.Request) (any, error) {
	return nil, refuse(c.admin.DeleteTopic(request.Topic))
}

func (c *client) createPartitions(request *driver.Request) (any, error) {
	return nil, refuse(c.admin.CreatePartitions(request.Topic, request.Partitions, nil, false))
}

func (c *client) topicConfig(request *driver.Request) (any, error) {
	entries, err := c.admin.DescribeConfig(
		sarama.ConfigResource{Type: sarama.TopicResource, Name: request.Topic})
	found := map[string]string{}
	for _, entry := range entries {
		found[entry.Name] = entry.Value
	}
	return found, refuse(err)
}

func (c *client) setTopicConfig(request *driver.Request) (any, error) {
	change := map[string]sarama.IncrementalAlterConfigsEntry{request.Name: {
		Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &request.Value}}
	return nil, refuse(c.admin.IncrementalAlterConfig(sarama.TopicResource, request.Topic, change,
		false))
}

func (c *client) bounds(request *driver.Request) (any, error) {
	first, err := c.base.GetOffset(request.Topic, request.Partition, sarama.OffsetOldest)
	if err != nil {
		return nil, refuse(err)
	}
	end, err := c.base.GetOffset(request.Topic, request.Partition, sarama.OffsetNewest)
	return [2]int64{first, end}, refuse(err)
}

func (c *client) offsetAt(request *driver.Request) (any, error) {
	found, err := c.base.GetOffset(request.Topic, request.Partition, request.TimestampMs)
	if err != nil || found < 0 {
		return nil, refuse(err)
	}
	return found, nil
}

func (c *client) groups(*driver.Request) (any, error) {
	listed, err := c.admin.ListConsumerGroups()
	found := []string{}
	for name := range listed {
		found = append(found, name)
	}
	return found, refuse(err)
}

func (c *client) group(request *driver.Request) (any, error) {
	described, err := c.admin.DescribeConsumerGroups([]string{request.Group})
	if err != nil {
		return nil, refuse(err)
	}
	return map[string]any{"state": described[0].State, "members": len(described[0].Members)}, nil
}

func (c *client) deleteGroup(request *driver.Request) (any, error) {
	return nil, refuse(c.admin.DeleteConsumerGroup(request.Group))
}

func (c *client) committed(request *driver.Request) (any, error) {
	fetched, err := c.admin.ListConsumerGroupOffsets(request.Group,
		map[string][]int32{request.Topic: {request.Partition}})
	if err != nil {
		return nil, refuse(err)
	}
	found := fetched.GetBlock(request.Topic, request.Partition)
	if found == nil || found.Offset < 0 {
		return nil, nil
	}
	return found.Offset, nil
}

func (c *client) acls(*driver.Request) (any, error) {
	_, err := c.admin.ListAcls(sarama.AclFilter{ResourceType: sarama.AclResourceAny,
		ResourcePatternTypeFilter: sarama.AclPatternAny, Operation: sarama.AclOperationAny,
		PermissionType: sarama.AclPermissionAny})
	return nil, refuse(err)
}

// Fetches as a client of Kafka 0.8 does, which asks nobody what the broker knows.
func (c *client) speakOld(*driver.Request) (any, error) {
	how := config()
	how.Version, how.ApiVersionsRequest = sarama.V0_8_2_0, false
	how.Metadata.Retry.Max = 0
	old, err := sarama.NewClient([]string{c.address}, how)
	if err != nil {
		return err.Error(), nil
	}
	defer old.Close()
	broker := old.Brokers()[0]
	if err := broker.Open(how); err != nil {
		return nil, err
	}
	if _, err := broker.Fetch(&sarama.FetchRequest{}); err != nil {
		return err.Error(), nil
	}
	return nil, nil
}

func main() {
	c := &client{address: os.Args[1], producers: map[string]sarama.SyncProducer{}}
	var err error
	if c.base, err = sarama.NewClient([]string{c.address}, config()); err != nil {
		panic(err)
	}
	if c.admin, err = sarama.NewClusterAdmin([]string{c.address}, config()); err != nil {
		panic(err)
	}
	driver.Run(map[string]driver.Operation{
		"produce": c.produce, "read": c.read, "use_without_creating": c.useWithoutCreating,
		"topics": c.topics, "create_topic": c.createTopic, "delete_topic": c.deleteTopic,
		"create_partitions": c.createPartitions, "topic_config": c.topicConfig,
		"set_topic_config": c.setTopicConfig, "bounds": c.bounds, "offset_at": c.offsetAt,
		"groups": c.groups, "group": c.group, "delete_group": c.deleteGroup,
		"committed": c.committed, "acls": c.acls, "speak_old": c.speakOld, "join": c.join,
		"poll": c.poll, "assigned": c.assigned, "commit": c.commit, "leave": c.leave,
	})
}
