"""HTTPS servers with certificates of a made-up authority, until standard input ends.

Prints one JSON line: the PEM of the authority, and a port for each kind of server.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import warnings

# TLS 1.1 is offered to see that it is refused.
warnings.simplefilter("ignore", DeprecationWarning)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def authority(folder, name):
    key, pem = f"{folder}/{name}.key", f"{folder}/{name}.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", pem, "-days", "2", "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")
    return key, pem


def certificate(folder, name, signer, alternatives, days="2"):
    key, request, pem, extensions = (f"{folder}/{name}.{kind}" for kind in ("key", "csr", "pem", "ext"))
    with open(extensions, "w") as file:
        file.write(f"subjectAltName={alternatives}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", request, "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", request, "-CA", signer[1], "-CAkey", signer[0], "-CAcreateserial", "-out", pem,
            "-days", days, "-extfile", extensions)
    return key, pem


def serve_connection(context, raw):
    try:
        connection = context.wrap_socket(raw, server_side=True)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                buffer += chunk
            head, buffer = buffer.split(b"\r\n\r\n", 1)
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            while len(buffer) < length:
                buffer += connection.recv(65536)
            body, buffer = buffer[:length], buffer[length:]
            path = head.split(b" ")[1]
            if path == b"/cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nforged end")
                connection.shutdown(socket.SHUT_RDWR)
                return
            if path == b"/end":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhonest end")
                connection.unwrap()
                return
            facts = f"{connection.version()} {connection.selected_alpn_protocol()} ".encode()
            answer = body or facts
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
    except (OSError, ssl.SSLError):
        pass
    finally:
        raw.close()


def serve(pair, configure=lambda context: None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair[1], pair[0])
    context.set_alpn_protocols(["h2", "http/1.1"])
    configure(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def loop():
        while True:
            raw, _ = listener.accept()
            threading.Thread(target=serve_connection, args=(context, raw), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


def only_tls12(context):
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def only_tls11(context):
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1


def main():
    with tempfile.TemporaryDirectory() as folder:
        known = authority(folder, "known")
        unknown = authority(folder, "unknown")
        good = certificate(folder, "good", known, "DNS:localhost,IP:127.0.0.1")
        name_only = certificate(folder, "name", known, "DNS:localhost")
        wrong = certificate(folder, "wrong", known, "DNS:other.example,IP:192.0.2.1")
        expired = certificate(folder, "expired", known, "DNS:localhost", days="0")
        stranger = certificate(folder, "stranger", unknown, "DNS:localhost")
        print(json.dumps({
            "authority": known[1],
            "good": serve(good),
            "tls12": serve(good, only_tls12),
            "tls11": serve(good, only_tls11),
            "nameOnly": serve(name_only),
            "wrongHost": serve(wrong),
            "expired": serve(expired),
            "unknownAuthority": serve(stranger),
            "folder": os.path.abspath(folder),
        }), flush=True)
        sys.stdin.read()


main()
