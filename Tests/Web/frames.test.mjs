import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BotError, decodeFrame, encodeFrame } from "../../Sources/Web/client/index.js";

const vectors = JSON.parse(readFileSync(new URL("../Protocol/vectors.json", import.meta.url), "utf8"));

test("client frames are on the wire as the vectors say", () => {
  for (const { name, frame, text } of vectors.client.valid) assert.equal(encodeFrame(frame), text, name);
});

test("what the bot would refuse is refused with its code", () => {
  for (const { name, frame, code } of vectors.client.invalid) {
    assert.throws(() => encodeFrame(frame), (error) => error instanceof BotError && error.code === code, name);
  }
});

test("server frames are read as the vectors say", () => {
  for (const { name, frame, text } of vectors.server.valid) assert.deepEqual(decodeFrame(text), frame, name);
  for (const { name, frame, text } of vectors.server.tolerated) {
    const read = decodeFrame(text);
    for (const [key, value] of Object.entries(frame)) assert.deepEqual(read[key], value, name);
  }
  for (const text of vectors.server.unknown) assert.equal(decodeFrame(text), null, text);
  for (const text of vectors.server.malformed) assert.throws(() => decodeFrame(text), BotError, text);
});

test("a frame stays under the gateway's 32 KB, counted in bytes", () => {
  const frame = (message) => ({ action: "sendMessage", message, messageId: "m" });
  const overhead = encodeFrame(frame("x")).length - 1;
  encodeFrame(frame("x".repeat(32 * 1024 - overhead - 1)));
  for (const message of ["x".repeat(32 * 1024 - overhead), "é".repeat(17_000)]) {
    assert.throws(() => encodeFrame(frame(message)), { code: "message_too_long" });
  }
});

test("halves of surrogate pairs become replacement characters", () => {
  assert.match(encodeFrame({ action: "sendMessage", message: "a\ud800b\udc00c😀", messageId: "m" }), /"a\ufffdb\ufffdc😀"/);
});

test("any text is either read or refused", () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const texts = vectors.server.valid.map(({ text }) => text);
  let read = 0;
  for (let round = 0; round < 5000; round += 1) {
    const bytes = [...texts[random(texts.length)]];
    for (let change = 0; change <= random(3); change += 1) {
      bytes.splice(random(bytes.length), random(3), ...["\"", "{", "]", "null", "0", ":"].slice(random(6), random(7)));
    }
    try {
      const frame = decodeFrame(bytes.join(""));
      assert.ok(frame === null || typeof frame.type === "string");
      read += 1;
    } catch (error) {
      assert.ok(error instanceof BotError, String(error));
    }
  }
  assert.ok(read > 100 && read < 4900, `${read} were read`);
});
