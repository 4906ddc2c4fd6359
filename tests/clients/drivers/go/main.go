// Go's client, zishang520's. README.md in the folder above has the protocol.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/zishang520/socket.io/clients/engine/v3"
	"github.com/zishang520/socket.io/clients/engine/v3/transports"
	"github.com/zishang520/socket.io/clients/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

var events = []types.EventName{"echo", "answer", "question", "bytes", "last words", "news"}

type order struct {
	Do         string
	Id         string
	Url        string
	Namespace  string
	Transport  string
	Auth       map[string]any
	Reconnects bool
	Limit      int64
	Event      string
	Args       []any
	Ack        *int
	Timeout    *int64
}

type message map[string]any

var output sync.Mutex

func tell(what message) {
	line, err := json.Marshal(what)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func toRunner(value any) any {
	switch value := value.(type) {
	case []byte:
		return message{"$bytes": base64.StdEncoding.EncodeToString(value)}
	case types.BufferInterface:
		return toRunner(value.Bytes())
	case []any:
		return list(value)
	case map[string]any:
		result := message{}
		for key, item := range value {
			result[key] = toRunner(item)
		}
		return result
	default:
		return value
	}
}

func list(values []any) []any {
	result := make([]any, len(values))
	for i, item := range values {
		result[i] = toRunner(item)
	}
	return result
}

func fromRunner(value any) any {
	switch value := value.(type) {
	case []any:
		result := make([]any, len(value))
		for i, item := range value {
			result[i] = fromRunner(item)
		}
		return result
	case map[string]any:
		if text, ok := value["$bytes"].(string); ok {
			bytes, _ := base64.StdEncoding.DecodeString(text)
			return bytes
		}
		result := map[string]any{}
		for key, item := range value {
			result[key] = fromRunner(item)
		}
		return result
	default:
		return value
	}
}

func optionsOf(o order) *socket.Options {
	ways := map[string][]engine.TransportCtor{
		"polling":   {transports.Polling},
		"websocket": {transports.WebSocket},
		"upgrade":   {transports.Polling, transports.WebSocket},
	}
	options := socket.DefaultOptions()
	options.SetTransports(types.NewSet(ways[o.Transport]...))
	options.SetForceNew(true)
	options.SetReconnection(o.Reconnects)
	options.SetReconnectionDelay(100)
	options.SetReconnectionDelayMax(500)
	options.SetTimeout(time.Duration(o.Limit) * time.Millisecond)
	options.SetAuth(o.Auth)
	return options
}

func refused(id string, args []any) {
	what := message{"id": id, "is": "connect_error", "message": ""}
	if len(args) > 0 {
		what["message"] = fmt.Sprint(args[0])
		var refusal *types.ExtendedError
		if err, ok := args[0].(error); ok && errors.As(err, &refusal) {
			what["message"], what["data"] = refusal.Message, refusal.Data
		}
	}
	tell(what)
}

// A question is answered, unless it asks for silence.
func hear(id string, event types.EventName, args []any) {
	var answer func([]any, error)
	if len(args) > 0 {
		if ack, ok := args[len(args)-1].(func([]any, error)); ok {
			answer, args = ack, args[:len(args)-1]
		}
	}
	tell(message{"id": id, "is": "event", "event": event, "args": list(args)})
	if event == "question" && answer != nil && args[0] != "silence" {
		answer(append([]any{"reply"}, args...), nil)
	}
}

func connect(o order) *socket.Socket {
	client, err := socket.Connect(o.Url+o.Namespace, optionsOf(o))
	if err != nil {
		tell(message{"id": o.Id, "is": "connect_error", "message": err.Error()})
		return nil
	}
	client.On("connect", func(...any) { tell(message{"id": o.Id, "is": "connect"}) })
	client.On("connect_error", func(args ...any) { refused(o.Id, args) })
	client.On("disconnect", func(args ...any) { tell(message{"id": o.Id, "is": "disconnect", "reason": args[0]}) })
	for _, event := range events {
		client.On(event, func(args ...any) { hear(o.Id, event, args) })
	}
	return client
}

func emit(client *socket.Socket, o order) {
	args := fromRunner(o.Args).([]any)
	if o.Ack == nil {
		client.Emit(o.Event, args...)
		return
	}
	if o.Timeout != nil {
		client = client.Timeout(time.Duration(*o.Timeout) * time.Millisecond)
	}
	client.EmitWithAck(o.Event, args...)(func(reply []any, err error) {
		if err != nil {
			tell(message{"id": o.Id, "is": "ack timeout", "ack": *o.Ack})
		} else {
			tell(message{"id": o.Id, "is": "ack", "ack": *o.Ack, "args": list(reply)})
		}
	})
}

func main() {
	clients := map[string]*socket.Socket{}
	input := bufio.NewReader(os.Stdin)
	tell(message{"is": "ready", "version": "3"})
	for {
		line, err := input.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var o order
		if err := json.Unmarshal(line, &o); err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		switch client := clients[o.Id]; {
		case o.Do == "connect":
			clients[o.Id] = connect(o)
		case client == nil:
		case o.Do == "emit":
			emit(client, o)
		default:
			client.Disconnect()
		}
	}
}
