import assert from "node:assert/strict";
import { test } from "node:test";
import { BotClient } from "../../Sources/Web/client/index.js";
import { makeWorld, settle, stored } from "./support/world.mjs";

/** A bot with a memory behind a network that fails as `random` says, while `isFaulty`. */
class UnreliableBot {
  isFaulty = true;
  /** Of each `messageId`, how often a model ran. */
  runs = new Map();
  log = [];
  #running = new Set();
  #seen = new Set();

  constructor(world, random) {
    this.world = world;
    this.random = random;
  }

  chance(percent) {
    return this.isFaulty && this.random(100) < percent;
  }

  /** Looks after every connection that is new, and after what came on the open one. */
  async step(milliseconds) {
    for (let time = 0; time < milliseconds; time += 100) {
      const { socket } = this.world;
      if (socket && !this.#seen.has(socket) && socket.readyState === 0) {
        this.#seen.add(socket);
        if (this.chance(20)) socket.end();
        else socket.open();
      }
      if (socket?.readyState === 1 && this.chance(4)) socket.end();
      for (const frame of socket?.take() ?? []) this.answer(socket, frame);
      await this.world.clock.pass(100);
    }
  }

  answer(socket, frame) {
    const say = (answer) => {
      if (socket.readyState === 1) socket.say(answer);
    };
    const { clock } = this.world;
    if (frame.action === "hello") say({ type: "welcome", chatId: "chat", token: "token", history: this.log.slice(-20) });
    if (frame.action === "ping") say({ type: "pong" });
    if (frame.action !== "sendMessage") return;
    const { messageId, message } = frame;
    const text = `re: ${message}`;
    const done = { type: "done", messageId, text, citations: [] };
    if (this.log.some((other) => other.messageId === messageId)) return void say(done);
    if (this.#running.size > 0) {
      return void say({ type: "error", code: "turn_in_progress", message: "…", messageId, retryAfter: 2 });
    }
    if (this.chance(10)) return void say({ type: "error", code: "model_busy", message: "…", messageId });
    if (this.chance(5)) return void say({ message: "Internal server error" });
    this.#running.add(messageId);
    this.runs.set(messageId, (this.runs.get(messageId) ?? 0) + 1);
    clock.setTimeout(() => say({ type: "delta", messageId, seq: 0, text: "re: " }), 50 + this.random(300));
    clock.setTimeout(() => {
      this.#running.delete(messageId);
      const place = this.log.length;
      this.log.push(stored(place, "customer", messageId, message), stored(place + 1, "bot", messageId, text));
      say(done);
    }, 400 + this.random(3_000));
  }
}

/** As a customer who presses the button. */
const retryFailed = (client) => {
  for (const { state, messageId } of client.messages) if (state === "failed") client.retry(messageId);
};

test("whatever the network does, each message is answered once, and both sides know the same chat", async () => {
  let breaks = 0;
  for (let seed = 1; seed <= 150; seed += 1) {
    let state = seed * 7919;
    const random = (below) => (state = (state * 48271) % 2147483647) % below;
    const world = makeWorld();
    const bot = new UnreliableBot(world, random);
    let client = new BotClient({ ...world.options, random: () => random(1000) / 1000 });
    client.connect();
    const count = 1 + random(6);
    for (let number = 0; number < count; number += 1) {
      client.send(`message ${number}`);
      await bot.step(random(6_000));
      retryFailed(client);
      if (random(10) === 0) {
        // The page is loaded anew.
        client.close();
        client = new BotClient({ ...world.options, random: () => random(1000) / 1000 });
        client.connect();
      }
    }
    bot.isFaulty = false;
    const isOver = () =>
      client.messages.length === 2 * count && client.messages.every(({ state }) => state === "done");
    for (let round = 0; round < 100 && !isOver(); round += 1) {
      await bot.step(5_000);
      retryFailed(client);
    }
    await settle();
    const about = `seed ${seed}`;
    assert.equal(bot.log.length, 2 * count, about);
    assert.ok([...bot.runs.values()].every((runs) => runs === 1), about);
    const known = client.messages.map(({ role, messageId, text, state }) => [role, messageId, text, state]);
    assert.deepEqual(known, bot.log.map(({ role, messageId, text }) => [role, messageId, text, "done"]), about);
    assert.equal(JSON.parse(world.storage.getItem("botctl:wss://bot.example/dev")).pending.length, 0, about);
    breaks += world.sockets.length - 1;
    client.close();
  }
  assert.ok(breaks > 150, `${breaks} broken connections`);
});
