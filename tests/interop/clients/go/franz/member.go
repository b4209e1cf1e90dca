package main

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"varve/clients/driver"
)

func resetTo(name string) kgo.Offset {
	switch name {
	case "earliest":
		return kgo.NewOffset().AtStart()
	case "latest":
		return kgo.NewOffset().AtEnd()
	}
	return kgo.NoResetOffset()
}

func (c *client) change(has bool) func(context.Context, *kgo.Client, map[string][]int32) {
	return func(_ context.Context, _ *kgo.Client, topics map[string][]int32) {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		for _, partitions := range topics {
			for _, partition := range partitions {
				if has {
					c.mine[partition] = true
				} else {
					delete(c.mine, partition)
				}
			}
		}
	}
}

func (c *client) join(request *driver.Request) (any, error) {
	var err error
	c.mine, c.atMost = map[int32]bool{}, request.AtMost
	c.member, err = c.open(kgo.ConsumerGroup(request.Group), kgo.ConsumeTopics(request.Topic),
		kgo.ConsumeResetOffset(resetTo(request.Reset)), kgo.DisableAutoCommit(),
		kgo.SessionTimeout(time.Duration(request.SessionMs)*time.Millisecond),
		kgo.HeartbeatInterval(time.Duration(request.HeartbeatMs)*time.Millisecond),
		kgo.OnPartitionsAssigned(c.change(true)), kgo.OnPartitionsRevoked(c.change(false)),
		kgo.OnPartitionsLost(c.change(false)))
	return nil, err
}

func (c *client) poll(request *driver.Request) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(),
		time.Duration(request.Ms)*time.Millisecond)
	defer cancel()
	found := []driver.Record{}
	fetches := c.member.PollRecords(ctx, c.atMost)
	if err := fetches.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, refuse(err)
	}
	fetches.EachRecord(func(record *kgo.Record) { found = append(found, told(record)) })
	return found, nil
}

func (c *client) assigned(*driver.Request) (any, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	found := []int32{}
	for partition := range c.mine {
		found = append(found, partition)
	}
	return found, nil
}

func (c *client) commit(*driver.Request) (any, error) {
	ctx, cancel := limited()
	defer cancel()
	return nil, refuse(c.member.CommitUncommittedOffsets(ctx))
}

func (c *client) leave(*driver.Request) (any, error) {
	c.member.Close()
	return nil, nil
}
