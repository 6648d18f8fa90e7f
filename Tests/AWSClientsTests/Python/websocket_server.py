"""A WebSocket server by the `websockets` package for the client's tests. Ends with its stdin.

Prints its port, its TLS port, the file of its certificate, and the port of a proxy that knows CONNECT only.

The path chooses what it does: /echo, /fragments, /ping, /close/<code>, /drop, /big, /refuse/<status>, /invalid.
"""

import asyncio
import http
import ssl
import subprocess
import sys
import tempfile

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def handler(connection):
    try:
        await serve_path(connection)
    except ConnectionClosed:
        pass  # a client under test may leave without a close frame


async def serve_path(connection):
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
        try:
            await connection.send("x" * (2 << 20))
        except ConnectionClosed:
            pass  # the client may give up before it has read everything
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


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def proxy(reader, writer):
    request = (await reader.readuntil(b"\r\n\r\n")).decode()
    method, target, _ = request.split(" ", 2)
    if method != "CONNECT":
        writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    host, port = target.rsplit(":", 1)
    upstream = await asyncio.open_connection(host, int(port))
    print(f"tunnel {target}", flush=True)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(pump(reader, upstream[1]), pump(upstream[0], writer), return_exceptions=True)


def certificate(folder):
    pem, key = f"{folder}/cert.pem", f"{folder}/key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        command.split() + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return pem, context


async def main():
    options = {"process_request": gate, "max_size": 8 << 20}
    with tempfile.TemporaryDirectory() as folder:
        pem, context = certificate(folder)
        async with (
            serve(handler, "127.0.0.1", 0, **options) as plain,
            serve(handler, "127.0.0.1", 0, ssl=context, **options) as secure,
            await asyncio.start_server(proxy, "127.0.0.1", 0) as tunnel,
        ):
            for server in (plain, secure):
                print(server.sockets[0].getsockname()[1], flush=True)
            print(pem, flush=True)
            print(tunnel.sockets[0].getsockname()[1], flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
