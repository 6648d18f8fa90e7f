"""A WebSocket server by the `websockets` package for the client's tests. Prints its port, ends with its stdin.

The path chooses what it does: /echo, /fragments, /ping, /close/<code>, /drop, /big, /refuse/<status>, /invalid.
"""

import asyncio
import http
import sys

from websockets.asyncio.server import serve


async def handler(connection):
    path = connection.request.path.split("?")[0]
    if path == "/echo":
        async for message in connection:
            await connection.send(message)
    elif path == "/fragments":
        async for message in connection:
            await connection.send(message[index : index + 3] for index in range(0, len(message), 3))
    elif path == "/ping":
        await (await connection.ping(b"are you there"))
        await connection.send("pong came")
        await connection.wait_closed()
    elif path.startswith("/close/"):
        await connection.close(int(path.split("/")[2]), "because €")
    elif path == "/drop":
        connection.transport.abort()
    elif path == "/big":
        await connection.send("x" * (2 << 20))
        await connection.wait_closed()
        print(f"closed {connection.close_code}", flush=True)
    elif path == "/invalid":
        connection.transport.write(b"\x83\x00")
        await connection.wait_closed()
    elif path == "/headers":
        await connection.send(connection.request.headers.get("X-Test", "none"))


def gate(connection, request):
    if request.path.startswith("/refuse/"):
        return connection.respond(http.HTTPStatus(int(request.path.split("/")[2])), '{"message":"Forbidden"}')
    return None


async def main():
    async with serve(handler, "127.0.0.1", 0, process_request=gate, max_size=8 << 20) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
