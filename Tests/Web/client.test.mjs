import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as all from "../../Sources/Web/client/index.js";
import { makeWorld, settle, stored } from "./support/world.mjs";

const { BotClient } = all;

const start = async (fields = {}, welcome = {}) => {
  const world = makeWorld();
  const client = new BotClient({ ...world.options, ...fields });
  client.connect();
  const hello = await world.welcome(welcome);
  return { world, client, hello };
};

const texts = (client) => client.messages.map(({ role, text, state }) => `${role} ${state}: ${text}`);
const done = (messageId, text, more = {}) => ({ type: "done", messageId, text, citations: [], ...more });
const delta = (messageId, seq, text) => ({ type: "delta", messageId, seq, text });

test("a turn: hello, message, parts, reply", async () => {
  const { world, client, hello } = await start();
  assert.deepEqual(hello, [{ action: "hello" }]);
  assert.equal(world.socket.url, "wss://bot.example/dev");
  assert.equal(client.state, "ready");
  const reply = client.send("How long?");
  assert.deepEqual(world.socket.take(), [{ action: "sendMessage", message: "How long?", messageId: "id-1" }]);
  const parts = [];
  const reading = (async () => {
    for await (const part of reply) parts.push(part);
  })();
  world.socket.say(delta("id-1", 0, "30 "), delta("id-1", 1, "da"));
  await settle();
  assert.deepEqual(parts, ["30 ", "da"]);
  assert.deepEqual(texts(client), ["customer sent: How long?", "bot streaming: 30 da"]);
  const citation = { id: "returns-1", title: "Time", file: "rules/returns.md" };
  world.socket.say(done("id-1", "30 days", { citations: [citation], usage: { inputTokens: 1, outputTokens: 2 } }));
  await reading;
  assert.deepEqual(parts, ["30 ", "da", "ys"]);
  assert.deepEqual(await reply.done, {
    messageId: "id-1", text: "30 days", citations: [citation], usage: { inputTokens: 1, outputTokens: 2 },
  });
  assert.deepEqual(texts(client), ["customer done: How long?", "bot done: 30 days"]);
});

test("the text of done replaces parts that differ", async () => {
  const { world, client } = await start();
  const reply = client.send("x");
  world.socket.say(delta("id-1", 0, "Wrong"), done("id-1", "Right"));
  const parts = [];
  for await (const part of reply) parts.push(part);
  assert.deepEqual(parts, ["Wrong"]);
  assert.equal((await reply.done).text, "Right");
  assert.equal(client.messages[1].text, "Right");
});

test("messages go out one at a time, and wait for a connection", async () => {
  const world = makeWorld();
  const client = new BotClient(world.options);
  client.send("one");
  client.send("two");
  assert.deepEqual(texts(client), ["customer queued: one", "customer queued: two"]);
  await world.welcome();
  assert.deepEqual(world.socket.take().map((frame) => frame.message), ["one"]);
  world.socket.say(done("id-1", "1"));
  assert.deepEqual(world.socket.take().map((frame) => frame.message), ["two"]);
  world.socket.say(done("id-2", "2"));
  assert.deepEqual(texts(client), [
    "customer done: one", "bot done: 1", "customer done: two", "bot done: 2",
  ]);
});

test("a broken connection is made anew with the token and the chat, and the message goes out again", async () => {
  const { world, client } = await start();
  const reply = client.send("How long?");
  world.socket.say(delta("id-1", 0, "30 "));
  world.socket.end();
  assert.equal(client.state, "waiting");
  await world.clock.pass(374);
  assert.equal(world.sockets.length, 1);
  await world.clock.pass(1);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.socket.url, "wss://bot.example/dev?token=token-1");
  const hello = await world.welcome({ token: "token-2", history: [stored(1, "customer", "id-1", "How long?")] });
  assert.deepEqual(hello, [{ action: "hello", chatId: "chat-1" }]);
  assert.deepEqual(world.socket.take(), [{ action: "sendMessage", message: "How long?", messageId: "id-1" }]);
  // The bot begins anew; what is shown is not shown twice.
  world.socket.say(delta("id-1", 0, "30 "), delta("id-1", 1, "days"), done("id-1", "30 days"));
  assert.equal((await reply.done).text, "30 days");
  assert.deepEqual(texts(client), ["customer done: How long?", "bot done: 30 days"]);
});

test("a reply that was missed comes from the history, and nothing is sent again", async () => {
  const { world, client } = await start();
  const reply = client.send("How long?");
  world.socket.end();
  await world.clock.pass(1000);
  await world.welcome({
    history: [stored(1, "customer", "id-1", "How long?"), stored(2, "bot", "id-1", "30 days")],
  });
  assert.equal((await reply.done).text, "30 days");
  assert.deepEqual(world.socket.take(), []);
});

test("waits grow, half of them by chance, and end at a minute", async () => {
  const world = makeWorld();
  const waits = [];
  const client = new BotClient({ ...world.options, random: () => 1 });
  client.addEventListener("state", ({ detail }) => detail.state === "waiting" && waits.push(detail.delay));
  client.connect();
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await settle();
    world.socket.end();
    await world.clock.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
  const { world: other, client: jittered } = await start({ random: () => 0 });
  jittered.addEventListener("state", ({ detail }) => detail.state === "waiting" && waits.push(detail.delay));
  other.socket.end();
  assert.equal(waits.at(-1), 250);
});

test("a bot that hangs up after each welcome is not asked ever faster", async () => {
  const { world } = await start();
  const begin = world.clock.time;
  for (let round = 0; round < 6; round += 1) {
    world.socket.end();
    await world.nextSocket();
    await world.welcome();
  }
  // 375 ms doubled five times.
  assert.ok(world.clock.time - begin >= 375 * 63, `${world.clock.time - begin} ms`);
  await world.clock.pass(31_000);
  const calm = world.clock.time;
  world.socket.end();
  await world.nextSocket();
  assert.ok(world.clock.time - calm < 500, "a connection that held is made anew at once");
});

test("no answer for 30 seconds: again on a new connection, until it is given up", async () => {
  const { world, client } = await start();
  const reply = client.send("x");
  for (let sends = 1; sends < 6; sends += 1) {
    assert.equal(world.socket.take().length, 1);
    await world.clock.pass(29_999);
    assert.equal(client.state, "ready");
    await world.clock.pass(1);
    assert.equal(client.state, "waiting");
    await world.nextSocket();
    await world.welcome();
  }
  await world.clock.pass(30_000);
  await assert.rejects(reply.done, { code: "no_answer", messageId: "id-1" });
  assert.equal(client.messages[0].state, "failed");
});

test("a reply that keeps coming may take longer than 30 seconds", async () => {
  const { world, client } = await start();
  client.send("x");
  for (let seq = 0; seq < 5; seq += 1) {
    await world.clock.pass(20_000);
    world.socket.say(delta("id-1", seq, "x"));
  }
  assert.equal(world.sockets.length, 1);
});

test("turn_in_progress: the same message after the wait", async () => {
  const { world, client } = await start();
  const reply = client.send("x");
  world.socket.take();
  world.socket.say({ type: "error", code: "turn_in_progress", message: "…", messageId: "id-1", retryAfter: 7 });
  await world.clock.pass(6_999);
  assert.deepEqual(world.socket.take(), []);
  await world.clock.pass(1);
  assert.deepEqual(world.socket.take(), [{ action: "sendMessage", message: "x", messageId: "id-1" }]);
  world.socket.say(done("id-1", "y"));
  assert.equal((await reply.done).text, "y");
});

test("a failed turn is told, the next one goes out, and it can be tried again under its id", async () => {
  const { world, client } = await start();
  const errors = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail.code));
  const first = client.send("one");
  client.send("two");
  world.socket.take();
  world.socket.say(delta("id-1", 0, "half"));
  world.socket.say({ type: "error", code: "model_busy", message: "Busy.", messageId: "id-1", retryAfter: 2 });
  await assert.rejects(first.done, { code: "model_busy", retryAfter: 2, retryable: true });
  assert.deepEqual(errors, ["model_busy"]);
  assert.deepEqual(texts(client), ["customer failed: one", "customer sent: two"]);
  world.socket.say(done("id-2", "2"));
  world.socket.take();
  const again = client.retry("id-1");
  assert.deepEqual(world.socket.take(), [{ action: "sendMessage", message: "one", messageId: "id-1" }]);
  world.socket.say(done("id-1", "1"));
  assert.equal((await again.done).text, "1");
  assert.throws(() => client.retry("id-1"), { code: "unknown_message" });
});

test("a message whose id had another text gets a new id", async () => {
  const { world, client } = await start();
  client.send("x", { messageId: "mine" });
  world.socket.say({ type: "error", code: "message_id_reused", message: "…", messageId: "mine" });
  client.retry("mine");
  assert.equal(world.socket.take().at(-1).messageId, "id-1");
});

test("the gateway's own errors make the message go out again, not for ever", async () => {
  const { world, client } = await start();
  const reply = client.send("x");
  for (let sends = 1; sends < 6; sends += 1) {
    assert.equal(world.socket.take().length, 1);
    world.socket.say({ message: "Internal server error", connectionId: "x=", requestId: "y" });
    await world.clock.pass(20_000);
  }
  world.socket.say({ message: "Internal server error", connectionId: "x=", requestId: "y" });
  await assert.rejects(reply.done, { code: "gateway" });
});

test("no_session connects again and sends again", async () => {
  const { world, client } = await start();
  client.send("x");
  world.socket.say({ type: "error", code: "no_session", message: "…", messageId: "id-1" });
  await world.clock.pass(1_000);
  await world.welcome();
  assert.equal(world.socket.take()[0].messageId, "id-1");
});

test("a refused hello is tried again after its wait", async () => {
  const world = makeWorld();
  const client = new BotClient(world.options);
  const errors = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail.code));
  client.connect();
  await settle();
  world.socket.open();
  world.socket.say({ type: "error", code: "storage_failed", message: "…", retryAfter: 5 });
  assert.deepEqual(errors, ["storage_failed"]);
  await world.clock.pass(4_999);
  assert.equal(world.sockets.length, 1);
  await world.clock.pass(1);
  assert.equal(world.sockets.length, 2);
});

test("no welcome, or no connection at all, in 15 seconds: another try", async () => {
  const world = makeWorld();
  new BotClient(world.options).connect();
  await world.clock.pass(15_375);
  assert.equal(world.sockets.length, 2);
  world.socket.open();
  await world.clock.pass(16_000);
  assert.equal(world.sockets.length, 3);
});

test("a sign of life every 9 idle minutes; without an answer, another connection", async () => {
  const { world } = await start();
  await world.clock.pass(9 * 60_000 - 1);
  assert.deepEqual(world.socket.take(), []);
  await world.clock.pass(1);
  assert.deepEqual(world.socket.take(), [{ action: "ping" }]);
  world.socket.say({ type: "pong" });
  await world.clock.pass(9 * 60_000);
  assert.deepEqual(world.socket.take(), [{ action: "ping" }]);
  assert.equal(world.sockets.length, 1);
  await world.clock.pass(10_400);
  assert.equal(world.sockets.length, 2);
});

test("a new connection before the 2 hours are over, but not in a reply", async () => {
  const { world, client } = await start();
  world.answersPings = true;
  await world.clock.pass(112 * 60_000);
  assert.equal(world.sockets.length, 1);
  await world.clock.pass(31_000);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(await world.welcome(), [{ action: "hello", chatId: "chat-1" }]);
  await world.clock.pass(112.4 * 60_000);
  client.send("x");
  await world.clock.pass(10_000);
  world.socket.say(delta("id-1", 0, "x"));
  await world.clock.pass(25_000);
  assert.equal(world.sockets.length, 2);
  world.socket.say(done("id-1", "x"));
  await settle();
  assert.equal(world.sockets.length, 3);
});

test("what is kept is used again: token, chat, and what was not answered", async () => {
  const { world, client } = await start();
  client.send("one");
  client.send("two");
  client.close();
  const again = new BotClient(world.options);
  assert.deepEqual(texts(again), ["customer queued: one", "customer queued: two"]);
  again.connect();
  const hello = await world.welcome({
    history: [stored(1, "customer", "id-1", "one"), stored(2, "bot", "id-1", "1")],
  });
  assert.equal(world.socket.url, "wss://bot.example/dev?token=token-1");
  assert.deepEqual(hello, [{ action: "hello", chatId: "chat-1" }]);
  assert.deepEqual(world.socket.take().map(({ messageId }) => messageId), ["id-2"]);
  assert.deepEqual(texts(again), ["customer done: one", "bot done: 1", "customer sent: two"]);
});

test("a storage that is broken, full or lies does not matter", async () => {
  for (const kept of ["{", "7", "[]", '{"token":5,"pending":[[1,2],7,["a","x"]]}', '{"pending":{}}']) {
    const world = makeWorld();
    world.storage.getItem = () => kept;
    world.storage.setItem = () => {
      throw new Error("full");
    };
    const client = new BotClient(world.options);
    client.connect();
    await world.welcome();
    assert.equal(client.state, "ready");
  }
});

test("a refused token is told from a dead network by a connect without it", async () => {
  const world = makeWorld();
  world.storage.setItem("botctl:wss://bot.example/dev", '{"token":"old","chatId":"chat-0"}');
  const client = new BotClient(world.options);
  client.connect();
  const urls = () => world.sockets.map(({ url }) => new URL(url).searchParams.get("token"));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await settle();
    world.socket.end();
    await world.clock.pass(2_000);
  }
  assert.deepEqual(urls(), ["old", "old", null]);
  // The network is dead after all: the token stays.
  world.socket.end();
  await world.clock.pass(3_000);
  assert.deepEqual(urls(), ["old", "old", null, "old"]);
  world.socket.end();
  await world.clock.pass(6_000);
  world.socket.open();
  assert.deepEqual(world.socket.take(), [], "a probe says nothing");
  await settle();
  assert.deepEqual(urls().slice(4), [null, "old"]);
  // The network works, and the token is still refused: a new visitor.
  world.socket.end();
  await world.clock.pass(20_000);
  assert.equal(urls().at(-1), null);
  await world.welcome({ chatId: "chat-9", token: "new" });
  assert.equal(client.chatId, "chat-9");
  assert.equal(JSON.parse(world.storage.getItem("botctl:wss://bot.example/dev")).token, "new");
});

test("a customer's token comes from the page, the bot's own is used while it is good", async () => {
  const world = makeWorld();
  let asked = 0;
  const client = new BotClient({ ...world.options, token: async () => `signed/${(asked += 1)}` });
  client.connect();
  await world.welcome({ token: "resume" });
  assert.equal(world.sockets[0].url, "wss://bot.example/dev?token=signed%2F1");
  world.socket.end();
  await world.clock.pass(1_000);
  assert.equal(world.socket.url, "wss://bot.example/dev?token=resume");
  world.socket.end();
  await world.clock.pass(2_000);
  world.socket.end();
  await world.clock.pass(4_000);
  assert.equal(world.socket.url, "wss://bot.example/dev?token=signed%2F2");
  assert.equal(asked, 2);
});

test("a page that has no token is asked again later", async () => {
  const world = makeWorld();
  const errors = [];
  let given = "";
  const client = new BotClient({ ...world.options, token: () => given });
  client.addEventListener("error", ({ detail }) => errors.push(detail.code));
  client.connect();
  await settle();
  assert.deepEqual(errors, ["no_token"]);
  assert.equal(world.sockets.length, 0);
  given = "jwt";
  await world.clock.pass(1_000);
  assert.equal(world.socket.url, "wss://bot.example/dev?token=jwt");
});

test("another chat than the last one: what was shown goes, what is unsent stays", async () => {
  const { world, client } = await start({}, { history: [stored(1, "customer", "a", "old"), stored(2, "bot", "a", "reply")] });
  client.send("new");
  world.socket.end();
  await world.clock.pass(1_000);
  await world.welcome({ chatId: "chat-2" });
  assert.deepEqual(texts(client), ["customer sent: new"]);
});

test("history: pages in front, in order, until the beginning", async () => {
  const tail = Array.from({ length: 20 }, (_, i) => stored(40 + i, i % 2 ? "bot" : "customer", `m${i >> 1}`, `t${i}`));
  const { world, client } = await start({}, { history: tail });
  assert.equal(client.hasEarlier, true);
  const loading = client.loadEarlier();
  assert.deepEqual(world.socket.take(), [{ action: "history", before: tail[0].id }]);
  const older = [stored(1, "customer", "o", "first"), stored(2, "bot", "o", "second")];
  world.socket.say({ type: "history", messages: older });
  assert.equal(await loading, 2);
  assert.equal(client.hasEarlier, false);
  assert.deepEqual(client.messages.map(({ text }) => text), ["first", "second", ...tail.map(({ text }) => text)]);
});

test("a gap in the history is not papered over", async () => {
  const { world, client } = await start({}, { history: [stored(1, "customer", "a", "old"), stored(2, "bot", "a", "reply")] });
  world.socket.end();
  await world.clock.pass(1_000);
  await world.welcome({ history: [stored(60, "customer", "z", "other tab"), stored(61, "bot", "z", "answer")] });
  assert.deepEqual(client.messages.map(({ text }) => text), ["other tab", "answer"]);
});

test("turns that ended here and turns of another tab end up in their order", async () => {
  const { world, client } = await start();
  client.send("mine");
  world.socket.say(done("id-1", "my reply"));
  world.socket.end();
  await world.clock.pass(1_000);
  await world.welcome({
    history: [
      stored(1, "customer", "other", "theirs"), stored(2, "bot", "other", "their reply"),
      stored(3, "customer", "id-1", "mine"), stored(4, "bot", "id-1", "my reply"),
    ],
  });
  assert.deepEqual(client.messages.map(({ text }) => text), ["theirs", "their reply", "mine", "my reply"]);
});

test("feedback and handoff are answered, and asked again after a broken connection", async () => {
  const { world, client } = await start();
  client.send("x");
  world.socket.say(done("id-1", "y"));
  world.socket.take();
  const rated = client.feedback("id-1", "up", "Thanks");
  assert.deepEqual(world.socket.take(), [{ action: "feedback", messageId: "id-1", rating: "up", comment: "Thanks" }]);
  world.socket.say({ type: "feedback", messageId: "id-1", rating: "up" });
  assert.equal((await rated).rating, "up");
  assert.equal(client.messages[1].rating, "up");
  const handed = client.handoff();
  world.socket.end();
  await world.clock.pass(1_000);
  await world.welcome();
  assert.deepEqual(world.socket.take(), [{ action: "handoff" }]);
  world.socket.say({ type: "handoff", message: "Wait, please." });
  assert.equal(await handed, "Wait, please.");
});

test("a call that waits is confirmed as a turn, over a broken connection and a reload", async () => {
  const call = { id: "01HZ3V9R4YB0E2M8K6T1QWXCNA", tool: "cancelOrder", input: '{"order":"A-1001"}', expiresAt: 4e12 };
  const { world, client } = await start();
  const asked = client.send("Cancel A-1001");
  world.socket.say(done("id-1", "Shall I?", { confirmation: call }));
  assert.deepEqual((await asked.done).confirmation, call);
  assert.deepEqual(client.messages[1].confirmation, call);
  world.socket.take();
  client.confirm(call);
  const frame = { action: "sendMessage", confirm: call.id, messageId: "id-2" };
  assert.deepEqual(world.socket.take(), [frame]);
  world.socket.end();
  await world.nextSocket();
  await world.welcome();
  assert.deepEqual(world.socket.take(), [frame]);
  client.close();

  const again = new BotClient(world.options);
  assert.equal(again.messages[0].confirm, call.id);
  again.connect();
  await world.welcome({ history: [{ ...stored(2, "bot", "id-1", "Shall I?"), confirmation: call }] });
  assert.deepEqual(again.messages[0].confirmation, call, "as long as it can be given");
  assert.deepEqual(world.socket.take(), [frame]);
  world.socket.say({ type: "error", code: "model_busy", message: "Later.", messageId: "id-2" });
  assert.equal(again.messages.at(-1).error.retryable, true);
  const retried = again.retry("id-2");
  assert.deepEqual(world.socket.take(), [frame], "under its id, which runs nothing twice");
  world.socket.say(done("id-2", "Done."));
  assert.equal((await retried.done).text, "Done.");
  assert.deepEqual(texts(again).slice(-2), ["customer done: ✓ cancelOrder", "bot done: Done."]);

  const late = again.confirm(call);
  world.socket.say({ type: "error", code: "unknown_confirmation", message: "Ask again.", messageId: late.messageId });
  await assert.rejects(late.done, { code: "unknown_confirmation", retryable: false });
});

test("refusals reach who asked", async () => {
  const { world, client } = await start();
  const handed = client.handoff();
  const rated = client.feedback("id-9", "down");
  world.socket.say({ type: "error", code: "unknown_message", message: "…", messageId: "id-9" });
  world.socket.say({ type: "error", code: "handoff_unavailable", message: "…" });
  await assert.rejects(handed, { code: "handoff_unavailable" });
  await assert.rejects(rated, { code: "unknown_message" });
  await assert.rejects(client.feedback("no spaces allowed", "up"), { code: "bad_message_id" });
  const unanswered = client.handoff();
  await Promise.all([assert.rejects(unanswered, { code: "no_answer" }), world.clock.pass(30_000)]);
});

test("what cannot be read is passed over", async () => {
  const { world, client } = await start();
  const reply = client.send("x");
  world.socket.say("nonsense", '{"type":"typing"}', '{"type":"delta","messageId":"id-1"}', done("id-other", "not mine"));
  world.socket.say(done("id-1", "y"));
  assert.equal((await reply.done).text, "y");
  assert.equal(client.messages.length, 2);
});

test("wrong messages are refused before they are shown", async () => {
  const { client } = await start();
  await assert.rejects(client.send("  \n").done, { code: "message_empty" });
  await assert.rejects(client.send("x".repeat(33_000)).done, { code: "message_too_long" });
  await assert.rejects(client.send("x", { messageId: "a b" }).done, { code: "bad_message_id" });
  assert.deepEqual(client.messages, []);
  for (const url of [undefined, "", "https://bot.example", "wss://", "javascript:alert(1)"]) {
    assert.throws(() => new BotClient({ url }), TypeError);
  }
});

test("a signal takes an unsent message back, and closes a client", async () => {
  const world = makeWorld();
  const whole = new AbortController();
  const client = new BotClient({ ...world.options, signal: whole.signal });
  const one = new AbortController();
  const first = client.send("one", { signal: one.signal });
  const second = client.send("two");
  one.abort();
  await assert.rejects(first.done, { code: "aborted" });
  assert.deepEqual(texts(client), ["customer queued: two"]);
  whole.abort();
  await assert.rejects(second.done, { code: "closed" });
  assert.equal(client.state, "closed");
  assert.equal(world.clock.timers.length, 0);
  await assert.rejects(client.connect(), { code: "closed" });
  await assert.rejects(client.send("three").done, { code: "closed" });
});

test("forget: a new visitor, and nothing is left", async () => {
  const { world, client } = await start();
  client.send("x");
  client.forget();
  assert.equal(client.state, "idle");
  assert.deepEqual(client.messages, []);
  assert.equal(world.storage.values.size, 0);
  assert.equal(world.clock.timers.length, 0);
  client.connect();
  assert.deepEqual(await world.welcome({ chatId: "chat-2" }), [{ action: "hello" }]);
  assert.equal(world.socket.url, "wss://bot.example/dev");
});

test("a network that is back is used at once, and a doubtful connection is asked", async () => {
  const { world, client } = await start();
  client.check();
  assert.deepEqual(world.socket.take(), [{ action: "ping" }]);
  await world.clock.pass(10_000);
  assert.equal(client.state, "waiting");
  client.check();
  await settle();
  assert.equal(world.sockets.length, 2);
});

test("events can be iterated", async () => {
  const { world, client } = await start();
  const seen = [];
  const reading = (async () => {
    for await (const { type } of client.events()) seen.push(type);
  })();
  await settle();
  client.send("x");
  world.socket.say(delta("id-1", 0, "y"), done("id-1", "y"));
  client.close();
  await reading;
  assert.deepEqual(seen.filter((type) => type !== "change"), ["delta", "done", "state"]);
});

test("the types name what is there", async () => {
  const types = readFileSync(new URL("../../Sources/Web/client/index.d.ts", import.meta.url), "utf8");
  const { client } = await start();
  const reply = client.send("x");
  const instances = { BotClient: client, Reply: reply, BotError: new all.BotError("closed", "x", { messageId: "m", retryAfter: 1 }) };
  const exported = [...types.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(exported.sort(), Object.keys(all).sort());
  for (const [name, instance] of Object.entries(instances)) {
    const body = types.split(`export class ${name} `)[1].split("\n}")[0];
    const members = [...body.matchAll(/^  (?:readonly )?(\w+)(?=[?:(<])/gm)].map(([, member]) => member);
    assert.ok(members.length >= 4, name);
    for (const member of members) assert.ok(member in instance, `${name}.${member}`);
  }
});
