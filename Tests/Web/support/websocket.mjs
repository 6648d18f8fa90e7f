// RFC 6455 as far as a test needs it: Node has a global WebSocket since version 22, and Debian an older Node.
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";

export class NodeWebSocket extends EventTarget {
  readyState = 0;
  #stream = null;
  #buffer = Buffer.alloc(0);
  #message = [];

  constructor(url) {
    super();
    const key = randomBytes(16).toString("base64");
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const connecting = request(url.replace(/^ws:/, "http:"), {
      headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13" },
    });
    connecting.on("upgrade", (response, stream, head) => {
      if (response.headers["sec-websocket-accept"] !== accept) throw new Error("a wrong Sec-WebSocket-Accept");
      this.#stream = stream;
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
      stream.on("data", (data) => this.#read(data));
      stream.on("close", () => this.#end());
      stream.on("error", () => this.#end());
      if (head.length) this.#read(head);
    });
    connecting.on("response", () => this.#end());
    connecting.on("error", () => this.#end());
    connecting.end();
  }

  send(text) {
    this.#write(1, Buffer.from(text));
  }

  close() {
    if (this.readyState === 1) this.#write(8, Buffer.from([3, 232]));
    this.readyState = 2;
    this.#stream?.end();
  }

  #end() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  #write(opcode, payload) {
    const mask = randomBytes(4);
    const length = payload.length;
    const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255]);
    this.#stream.write(Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index & 3])]));
  }

  #read(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const buffer = this.#buffer;
      if (buffer.length < 2) return;
      const short = buffer[1] & 127;
      const start = short < 126 ? 2 : 4;
      if (short === 127) throw new Error("a frame over 64 KB");
      if (buffer.length < start) return;
      const length = short < 126 ? short : buffer.readUInt16BE(2);
      if (buffer.length < start + length) return;
      this.#buffer = buffer.subarray(start + length);
      this.#take(buffer[0], buffer.subarray(start, start + length));
    }
  }

  #take(first, payload) {
    const opcode = first & 15;
    if (opcode === 9) this.#write(10, payload);
    if (opcode === 8) this.#stream.end();
    if (opcode > 2) return;
    this.#message.push(payload);
    if (!(first & 0x80)) return;
    const event = new Event("message");
    event.data = Buffer.concat(this.#message.splice(0)).toString();
    this.dispatchEvent(event);
  }
}
