"""The scenarios of Python's stock client (python3-socketio), one run per way to connect; prints a transcript.

    python_client.py URL (sync|asyncio) (polling|websocket)

Exits 77 when the module is missing. Called by scenarios/python.mjs against both servers.
"""

import asyncio
import inspect
import queue
import sys

try:
    import socketio
except ImportError:
    sys.exit(77)

LIMIT = 10


def show(value):
    if isinstance(value, (bytes, bytearray)):
        return "<%d bytes %s>" % (len(value), bytes(value).hex())
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%r: %s" % (key, show(member)) for key, member in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ", ".join(show(member) for member in value)
    return repr(value)


def say(what, *args):
    print(what, *(show(arg) for arg in args), flush=True)


ECHOES = [
    ("text", "é€😀"),
    ("numbers", [0, -1, 0.5, 2**53, 1e21]),
    ("mixed", {"list": [None, True, {"deep": "er"}], "empty": {}}),
    ("bytes", b"\x00\x01\xfe\xff"),
    ("nested bytes", {"a": [b"one", {"b": b"two"}]}),
]


EVENTS = ("echo", "answer", "bytes", "last words")


async def settled(result):
    """The result of a client's method, whether the client is synchronous or not."""
    return await result if inspect.isawaitable(result) else result


class Session:
    """A client, and a queue of what it hears in both namespaces."""

    def __init__(self, client, inbox):
        self.client = client
        self.inbox = inbox
        for namespace in ("/", "/chat"):
            for event in EVENTS:
                client.on(event, self.listener(namespace, event), namespace)
            client.on("question", lambda *args: ("reply", list(args)), namespace)
            client.on("disconnect", self.listener(namespace, "disconnect"), namespace)

    def listener(self, namespace, event):
        return lambda *args: self.inbox.put_nowait((namespace, event, args))

    async def connect(self, url, transport):
        await settled(
            self.client.connect(
                url,
                transports=[transport],
                auth={"token": "from python"},
                namespaces=["/", "/chat"],
                wait_timeout=LIMIT,
            )
        )

    async def emit(self, *args, **more):
        await settled(self.client.emit(*args, **more))

    async def call(self, *args):
        return await settled(self.client.call(*args, timeout=LIMIT))

    async def take(self):
        if isinstance(self.inbox, asyncio.Queue):
            return await asyncio.wait_for(self.inbox.get(), LIMIT)
        return self.inbox.get(timeout=LIMIT)


async def talk(session, url, transport):
    await session.connect(url, transport)
    say("connected", session.client.transport())
    say("auth", (await session.call("handshake"))["auth"])
    for name, value in ECHOES:
        await session.emit("echo", value)
        say(name, await session.take())
    await session.emit("echo", ("two", "arguments"))
    say("tuple", await session.take())
    say("ack", await session.call("ack", ("one", {"two": 2})))
    say("ack with bytes", await session.call("ack", b"in and out"))
    await session.emit("ask", ("sure?", 1))
    say("asked", await session.take())
    await session.emit("bytes", 5)
    say("server's bytes", await session.take())
    await session.emit("echo", "in chat", namespace="/chat")
    say("namespace", await session.take())
    await session.emit("disconnect me", False, namespace="/chat")
    say("left by the server", await session.take(), await session.take())
    say("the other namespace", await session.call("ack", "still here"))
    # This client forgets what is queued while a POST is under way when it disconnects.
    await settled(session.client.eio.queue.join())
    await settled(session.client.disconnect())
    say("disconnected", await session.take())


async def talk_asyncio(url, transport):
    await talk(Session(socketio.AsyncClient(reconnection=False), asyncio.Queue()), url, transport)


def talk_sync(url, transport):
    asyncio.run(talk(Session(socketio.Client(reconnection=False), queue.Queue()), url, transport))
    refused(url, transport)


def refused(url, transport):
    client = socketio.Client(reconnection=False)
    try:
        client.connect(url, transports=[transport], namespaces=["/guarded"], auth={"mode": "refuse"}, wait_timeout=LIMIT)
        say("accepted")
    except socketio.exceptions.ConnectionError as error:
        say("refused", str(error))
    client.disconnect()


def main():
    url, kind, transport = sys.argv[1:]
    if kind == "sync":
        talk_sync(url, transport)
    else:
        asyncio.run(talk_asyncio(url, transport))


if __name__ == "__main__":
    main()
