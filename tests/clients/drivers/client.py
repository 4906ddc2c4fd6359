"""Python's client: client.py (sync|asyncio). README.md beside it has the protocol. Exits with 77 when the module is missing."""

import asyncio
import base64
import json
import queue
import sys
import threading
import warnings

try:
    import socketio
except ImportError:
    print("python-socketio is not installed", file=sys.stderr)
    sys.exit(77)

EVENTS = ("echo", "answer", "question", "bytes", "last words", "news")
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}
lock = threading.Lock()


def tell(**message):
    with lock:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def to_runner(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [to_runner(item) for item in value]
    if isinstance(value, dict):
        return {key: to_runner(item) for key, item in value.items()}
    return value


def from_runner(value):
    if isinstance(value, list):
        return [from_runner(item) for item in value]
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        return {key: from_runner(item) for key, item in value.items()}
    return value


def reply(result):
    """The arguments of an acknowledgement: the client gives one as it is, several as a tuple, none as None."""
    if isinstance(result, tuple):
        return to_runner(result)
    return [] if result is None else [to_runner(result)]


def options_of(order):
    return {
        "transports": TRANSPORTS[order["transport"]],
        "auth": order["auth"],
        "namespaces": [order["namespace"]],
        "wait_timeout": order["limit"] / 1000,
    }


def make(kind, order):
    delays = {"reconnection_delay": 0.1, "reconnection_delay_max": 0.5, "randomization_factor": 0}
    return kind(reconnection=order["reconnects"], ssl_verify=not order.get("insecure"), **delays)


def refusal(data):
    return {"message": data.get("message"), "data": data.get("data")} if isinstance(data, dict) else {"message": str(data)}


def listen(client, order, question):
    """Sets the handlers of a client; what they hear is told to the runner."""
    ident, namespace = order["id"], order["namespace"]
    say = lambda is_, **more: tell(id=ident, **{"is": is_}, **more)

    client.on("connect", lambda: say("connect"), namespace)
    client.on("connect_error", lambda data=None: say("connect_error", **refusal(data)), namespace)
    client.on("disconnect", lambda *reason: say("disconnect", reason=reason[0] if reason else None), namespace)
    for event in EVENTS:
        if event != "question":
            client.on(event, lambda *args, event=event: say("event", event=event, args=to_runner(args)), namespace)

    def heard(*args):
        say("event", event="question", args=to_runner(args))

    client.on("question", question(heard), namespace)


class Threads:
    """The synchronous client: a thread for each, so that one's waiting is not another's."""

    def __init__(self):
        self.queues = {}

    def question(self, heard):
        def handler(*args):
            heard(*args)
            if args[0] == "silence":
                threading.Event().wait()
            return ("reply", *args)

        return handler

    def take(self, order):
        if order["do"] == "connect":
            orders = self.queues[order["id"]] = queue.Queue()
            threading.Thread(target=self.serve, args=(order, orders), daemon=True).start()
        else:
            self.queues[order["id"]].put(order)

    def serve(self, order, orders):
        client = make(socketio.Client, order)
        listen(client, order, self.question)
        try:
            client.connect(order["url"], **options_of(order))
        except socketio.exceptions.ConnectionError:
            pass
        while True:
            self.carry_out(client, order["namespace"], orders.get())

    def carry_out(self, client, namespace, order):
        if order["do"] == "disconnect":
            # This client forgets what is queued while a POST is under way when it disconnects.
            if client.connected:
                client.eio.queue.join()
            client.disconnect()
        elif "ack" not in order:
            client.emit(order["event"], tuple(from_runner(order["args"])), namespace)
        else:
            threading.Thread(target=self.call, args=(client, namespace, order), daemon=True).start()

    def call(self, client, namespace, order):
        ident, args = {"id": order["id"], "ack": order["ack"]}, tuple(from_runner(order["args"]))
        try:
            result = client.call(order["event"], args, namespace, timeout=order.get("timeout", 60000) / 1000)
            tell(**ident, **{"is": "ack"}, args=reply(result))
        except socketio.exceptions.TimeoutError:
            tell(**ident, **{"is": "ack timeout"})

    def run(self):
        for line in sys.stdin:
            self.take(json.loads(line))


class Tasks:
    """The asyncio client: a task for each."""

    def __init__(self):
        self.queues = {}
        self.tasks = set()

    def question(self, heard):
        async def handler(*args):
            heard(*args)
            if args[0] == "silence":
                await asyncio.Event().wait()
            return ("reply", *args)

        return handler

    def spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def take(self, order):
        if order["do"] == "connect":
            orders = self.queues[order["id"]] = asyncio.Queue()
            self.spawn(self.serve(order, orders))
        else:
            self.queues[order["id"]].put_nowait(order)

    async def serve(self, order, orders):
        client = make(socketio.AsyncClient, order)
        listen(client, order, self.question)
        try:
            await client.connect(order["url"], **options_of(order))
        except socketio.exceptions.ConnectionError:
            pass
        while True:
            await self.carry_out(client, order["namespace"], await orders.get())

    async def carry_out(self, client, namespace, order):
        if order["do"] == "disconnect":
            if client.connected:  # as above
                await client.eio.queue.join()
            await client.disconnect()
        elif "ack" not in order:
            await client.emit(order["event"], tuple(from_runner(order["args"])), namespace)
        else:
            self.spawn(self.call(client, namespace, order))

    async def call(self, client, namespace, order):
        ident, args = {"id": order["id"], "ack": order["ack"]}, tuple(from_runner(order["args"]))
        try:
            result = await client.call(order["event"], args, namespace, timeout=order.get("timeout", 60000) / 1000)
            tell(**ident, **{"is": "ack"}, args=reply(result))
        except socketio.exceptions.TimeoutError:
            tell(**ident, **{"is": "ack timeout"})

    async def serve_input(self):
        loop = asyncio.get_running_loop()
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line:
                return
            self.take(json.loads(line))

    def run(self):
        asyncio.run(self.serve_input())


def version():
    try:
        from importlib.metadata import version as version_of

        return version_of("python-socketio")
    except ImportError:
        return socketio.__version__


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    threading.excepthook = lambda args: print(repr(args.exc_value), file=sys.stderr)
    tell(**{"is": "ready"}, version=version())
    (Threads() if sys.argv[1] == "sync" else Tasks()).run()
