"""python-socketio on aiohttp as the measured program: same behaviour as bench/server."""

import argparse
import asyncio

import socketio
from aiohttp import web

io = socketio.AsyncServer(async_mode="aiohttp", monitor_clients=False)


@io.event
async def connect(sid, environ):
    await enter(sid, "all")


async def enter(sid, room):
    entered = io.enter_room(sid, room)
    if asyncio.iscoroutine(entered):
        await entered


@io.event
async def echo(sid, x):
    await io.emit("echo", x, to=sid)


@io.event
async def ack(sid, x):
    return x


@io.event
async def bin(sid, x):
    await io.emit("bin", x, to=sid)


@io.event
async def bcast(sid, x):
    await io.emit("bcast", x, room="all")


@io.event
async def relay(sid, room, x):
    await io.emit("relay", x, room=room)


@io.event
async def join(sid, room):
    await enter(sid, room)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3000)
    options = parser.parse_args()
    app = web.Application()
    io.attach(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port, backlog=4096)
    await site.start()
    print("listening on", site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
