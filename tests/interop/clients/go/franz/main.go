// franz-go, told in lines of JSON what to do.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"varve/clients/driver"
)

const timeout = 60 * time.Second

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

type client struct {
	address   string
	base      *kgo.Client
	admin     *kadm.Client
	producers map[string]*kgo.Client
	member    *kgo.Client
	atMost    int
	mutex     sync.Mutex
	mine      map[int32]bool
}

func refuse(err error) error {
	var known *kerr.Error
	if errors.As(err, &known) {
		return driver.Refused{Name: known.Message, Text: err.Error()}
	}
	return err
}

func limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), timeout)
}

func (c *client) open(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.address),
		kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
}

func (c *client) producer(codec string) (*kgo.Client, error) {
	if found := c.producers[codec]; found != nil {
		return found, nil
	}
	made, err := c.open(kgo.ProducerBatchCompression(codecs[codec]), kgo.AllowAutoTopicCreation(),
		kgo.ProducerLinger(20*time.Millisecond), kgo.ProducerBatchMaxBytes(10_000_000))
	c.producers[codec] = made
	return made, err
}

func toSend(topic string, given driver.Record) *kgo.Record {
	record := &kgo.Record{Topic: topic, Partition: given.Partition, Key: given.Key,
		Value: given.Value}
	if given.Timestamp != nil {
		record.Timestamp = time.UnixMilli(*given.Timestamp)
	}
	for _, header := range given.Headers {
		record.Headers = append(record.Headers,
			kgo.RecordHeader{Key: header.Name, Value: header.Value})
	}
	return record
}

func told(record *kgo.Record) driver.Record {
	time, headers := record.Timestamp.UnixMilli(), []driver.Header{}
	for _, header := range record.Headers {
		headers = append(headers, driver.Header{Name: header.Key, Value: header.Value})
	}
	return driver.Record{Value: record.Value, Key: record.Key, Headers: headers, Timestamp: &time,
		Partition: record.Partition, Offset: &record.Offset}
}

func send(producer *kgo.Client, request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	records := []*kgo.Record{}
	for _, record := range request.Records {
		records = append(records, toSend(request.Topic, record))
	}
	found := [][2]int64{}
	for _, result := range producer.ProduceSync(ctx, records...) {
		if result.Err != nil {
			return nil, refuse(result.Err)
		}
		found = append(found, [2]int64{int64(result.Record.Partition), result.Record.Offset})
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
	producer, err := c.open(kgo.UnknownTopicRetries(1))
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	request.Records = []driver.Record{{Value: []byte("value")}}
	return send(producer, request)
}

func (c *client) read(request *driver.Request) (any, error) {
	where := kgo.NewOffset().At(request.Offset)
	consumer, err := c.open(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		request.Topic: {request.Partition: where}}))
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	ctx, cancel := limited()
	defer cancel()
	found := []driver.Record{}
	for len(found) < request.Count {
		fetches := consumer.PollRecords(ctx, request.Count-len(found))
		if err := fetches.Err(); err != nil {
			return nil, refuse(err)
		}
		fetches.EachRecord(func(record *kgo.Record) { found = append(found, told(record)) })
	}
	return found, nil
}

func (c *client) topics(*driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	listed, err := c.admin.ListTopics(ctx)
	found := map[string]int{}
	for name, topic := range listed {
		found[name] = len(topic.Partitions)
	}
	return found, refuse(err)
}

func (c *client) createTopic(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	_, err := c.admin.CreateTopic(ctx, request.Partitions, 1, nil, request.Topic)
	return nil, refuse(err)
}

func (c *client) deleteTopic(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	_, err := c.admin.DeleteTopic(ctx, request.Topic)
	return nil, refuse(err)
}

func (c *client) createPartitions(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	answers, err := c.admin.UpdatePartitions(ctx, int(request.Partitions), request.Topic)
	if err == nil {
		err = answers.Error()
	}
	return nil, refuse(err)
}

func (c *client) topicConfig(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	listed, err := c.admin.DescribeTopicConfigs(ctx, request.Topic)
	found := map[string]string{}
	for _, resource := range listed {
		err = errors.Join(err, resource.Err)
		for _, config := range resource.Configs {
			found[config.Key] = config.MaybeValue()
		}
	}
	return found, refuse(err)
}

func (c *client) setTopicConfig(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	change := kadm.AlterConfig{Op: kadm.SetConfig, Name: request.Name, Value: &request.Value}
	answers, err := c.admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{change}, request.Topic)
	for _, one := range answers {
		err = errors.Join(err, one.Err)
	}
	return nil, refuse(err)
}

func (c *client) bounds(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	first, err := c.admin.ListStartOffsets(ctx, request.Topic)
	if err != nil {
		return nil, refuse(err)
	}
	end, err := c.admin.ListEndOffsets(ctx, request.Topic)
	at := func(listed kadm.ListedOffsets) int64 {
		return listed[request.Topic][request.Partition].Offset
	}
	return [2]int64{at(first), at(end)}, refuse(err)
}

// The library puts the end where nothing is as late, without a time.
func (c *client) offsetAt(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	listed, err := c.admin.ListOffsetsAfterMilli(ctx, request.TimestampMs, request.Topic)
	found := listed[request.Topic][request.Partition]
	if err != nil || found.Timestamp < 0 {
		return nil, refuse(err)
	}
	return found.Offset, refuse(found.Err)
}

func (c *client) groups(*driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	listed, err := c.admin.ListGroups(ctx)
	return listed.Groups(), refuse(err)
}

func (c *client) group(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	described, err := c.admin.DescribeGroups(ctx, request.Group)
	if err != nil {
		return nil, refuse(err)
	}
	found := described[request.Group]
	return map[string]any{"state": found.State, "members": len(found.Members)}, refuse(found.Err)
}

func (c *client) deleteGroup(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	_, err := c.admin.DeleteGroup(ctx, request.Group)
	return nil, refuse(err)
}

func (c *client) committed(request *driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	fetched, err := c.admin.FetchOffsets(ctx, request.Group)
	for tries := 0; tries < 4 && errors.Is(err, io.EOF); tries++ {
		// A connection from before a restart: it is left to the caller to ask again.
		fetched, err = c.admin.FetchOffsets(ctx, request.Group)
	}
	found, known := fetched.Lookup(request.Topic, request.Partition)
	if err != nil || !known {
		return nil, refuse(err)
	}
	return found.At, refuse(found.Err)
}

func (c *client) acls(*driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	all := kmsg.NewDescribeACLsRequest()
	all.ResourceType, all.ResourcePatternType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny
	all.Operation, all.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	answer, err := all.RequestWith(ctx, c.base)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	return nil, refuse(err)
}

// Produces as a client of Kafka 0.8 does, which asks nobody what the broker knows.
func (c *client) speakOld(*driver.Request) (any, error) {
	old, err := c.open(kgo.MaxVersions(kversion.V0_8_2()), kgo.RequestRetries(0),
		kgo.RetryTimeout(5*time.Second))
	if err != nil {
		return nil, err
	}
	defer old.Close()
	ctx, cancel := limited()
	defer cancel()
	request := kmsg.NewFetchRequest()
	if _, err = request.RequestWith(ctx, old); err != nil {
		return err.Error(), nil
	}
	return nil, nil
}

func main() {
	c := &client{address: os.Args[1], producers: map[string]*kgo.Client{}}
	var err error
	if c.base, err = c.open(); err != nil {
		panic(err)
	}
	c.admin = kadm.NewClient(c.base)
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
