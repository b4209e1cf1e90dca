package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/IBM/sarama"
	"varve/clients/driver"
)

type handed struct {
	message *sarama.ConsumerMessage
	session sarama.ConsumerGroupSession
}

// A member hands over one record at a time: none that was not polled counts as read.
type member struct {
	group   sarama.ConsumerGroup
	records chan handed
	atMost  int
	end     context.CancelFunc
	ended   chan struct{}
	mutex   sync.Mutex
	session sarama.ConsumerGroupSession
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.session = session
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error {
	return m.Setup(nil)
}

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession,
	claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, more := <-claim.Messages():
			if !more {
				return nil
			}
			select {
			case m.records <- handed{message, session}:
			case <-session.Context().Done():
				return nil
			}
		case <-session.Context().Done():
			return nil
		}
	}
}

func (m *member) run(ctx context.Context, topic string) {
	defer close(m.ended)
	for ctx.Err() == nil {
		if err := m.group.Consume(ctx, []string{topic}, m); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			time.Sleep(100 * time.Millisecond)
		}
	}
}

func (c *client) join(request *driver.Request) (any, error) {
	how := config()
	how.Consumer.Offsets.AutoCommit.Enable = false
	how.Consumer.Offsets.Initial = sarama.OffsetNewest
	if request.Reset == "earliest" {
		how.Consumer.Offsets.Initial = sarama.OffsetOldest
	}
	how.Consumer.Group.Session.Timeout = time.Duration(request.SessionMs) * time.Millisecond
	how.Consumer.Group.Heartbeat.Interval = time.Duration(request.HeartbeatMs) * time.Millisecond
	group, err := sarama.NewConsumerGroup([]string{c.address}, request.Group, how)
	if err != nil {
		return nil, refuse(err)
	}
	ctx, end := context.WithCancel(context.Background())
	c.member = &member{group: group, records: make(chan handed), atMost: request.AtMost, end: end,
		ended: make(chan struct{})}
	go c.member.run(ctx, request.Topic)
	return nil, nil
}

func (c *client) poll(request *driver.Request) (any, error) {
	found := []driver.Record{}
	limit := time.After(time.Duration(request.Ms) * time.Millisecond)
	for len(found) < c.member.atMost {
		select {
		case one := <-c.member.records:
			one.session.MarkMessage(one.message, "")
			found = append(found, told(one.message))
		case <-limit:
			return found, nil
		}
	}
	return found, nil
}

func (c *client) assigned(*driver.Request) (any, error) {
	c.member.mutex.Lock()
	defer c.member.mutex.Unlock()
	found := []int32{}
	if c.member.session != nil {
		for _, partitions := range c.member.session.Claims() {
			found = append(found, partitions...)
		}
	}
	return found, nil
}

func (c *client) commit(*driver.Request) (any, error) {
	c.member.mutex.Lock()
	defer c.member.mutex.Unlock()
	if c.member.session != nil {
		c.member.session.Commit()
	}
	return nil, nil
}

func (c *client) leave(*driver.Request) (any, error) {
	c.member.end()
	<-c.member.ended
	return nil, c.member.group.Close()
}
