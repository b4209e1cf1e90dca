// Package driver reads requests, a line of JSON each, and answers them.
package driver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

const lineBytesMax = 64 << 20

// Header is a name and a value, in JSON a pair.
type Header struct {
	Name  string
	Value []byte
}

func (header Header) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{header.Name, header.Value})
}

func (header *Header) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&header.Name, &header.Value})
}

// Record is one to produce or one that was read; bytes that are absent are nil.
type Record struct {
	Value     []byte   `json:"value"`
	Key       []byte   `json:"key"`
	Headers   []Header `json:"headers"`
	Timestamp *int64   `json:"timestamp"`
	Partition int32    `json:"partition"`
	Offset    *int64   `json:"offset"`
}

// Request has what any operation needs.
type Request struct {
	Do          string   `json:"do"`
	Topic       string   `json:"topic"`
	Partition   int32    `json:"partition"`
	Partitions  int32    `json:"partitions"`
	Records     []Record `json:"records"`
	Codec       string   `json:"codec"`
	Offset      int64    `json:"offset"`
	Count       int      `json:"count"`
	TimestampMs int64    `json:"timestamp_ms"`
	Name        string   `json:"name"`
	Value       string   `json:"value"`
	Group       string   `json:"group"`
	Reset       string   `json:"reset"`
	AtMost      int      `json:"at_most"`
	Ms          int      `json:"ms"`
	SessionMs   int      `json:"session_ms"`
	HeartbeatMs int      `json:"heartbeat_ms"`
}

// Refused carries Kafka's name of an error.
type Refused struct {
	Name string
	Text string
}

func (refused Refused) Error() string { return refused.Name + ": " + refused.Text }

// Operation does one of the things that can be asked for.
type Operation func(*Request) (any, error)

func answer(operations map[string]Operation, request *Request) map[string]any {
	operation, known := operations[request.Do]
	if !known {
		return map[string]any{"broken": "not known: " + request.Do}
	}
	result, err := operation(request)
	if err == nil {
		return map[string]any{"result": result}
	}
	if refused, is := err.(Refused); is {
		return map[string]any{"refused": refused.Name, "text": refused.Text}
	}
	return map[string]any{"broken": err.Error()}
}

// Run answers requests until there are no more.
func Run(operations map[string]Operation) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var request Request
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(answer(operations, &request)); err != nil {
			os.Exit(1)
		}
	}
}
