// Package main is zishang520's Go server as the measured program: same behaviour as bench/server.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	socketio "github.com/zishang520/socket.io/servers/socket/v3"
)

func answer(arguments []any, values ...any) {
	if callback, ok := arguments[len(arguments)-1].(socketio.Ack); ok {
		callback(values, nil)
	}
}

func onConnection(io *socketio.Server, client *socketio.Socket) {
	client.Join("all")
	client.On("echo", func(x ...any) { client.Emit("echo", x[0]) })
	client.On("ack", func(x ...any) { answer(x, x[0]) })
	client.On("bin", func(x ...any) { client.Emit("bin", x[0]) })
	client.On("bcast", func(x ...any) { io.To("all").Emit("bcast", x[0]) })
	client.On("relay", func(x ...any) { io.To(socketio.Room(x[0].(string))).Emit("relay", x[1]) })
	client.On("join", func(x ...any) {
		client.Join(socketio.Room(x[0].(string)))
		answer(x)
	})
}

func main() {
	host := flag.String("host", "127.0.0.1", "address to listen on")
	port := flag.Int("port", 3000, "port, 0 for a free one")
	flag.Parse()

	io := socketio.NewServer(nil, nil)
	io.On("connection", func(clients ...any) { onConnection(io, clients[0].(*socketio.Socket)) })
	http.Handle("/socket.io/", io.ServeHandler(nil))
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", *host, *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on %d\n", listener.Addr().(*net.TCPAddr).Port)
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
