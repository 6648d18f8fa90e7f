// talk.mjs URL QUESTION: the JavaScript client under Node asks a bot, comes back as the same visitor, and tells what
// happened as JSON.
import { BotClient } from "../../../Sources/Web/client/index.js";
import { NodeWebSocket } from "./websocket.mjs";
import { FakeStorage } from "./world.mjs";

const [url, question] = process.argv.slice(2);
const options = { url, WebSocket: NodeWebSocket, storage: new FakeStorage(), signal: AbortSignal.timeout(60_000) };

const first = new BotClient(options);
const reply = first.send(question);
const parts = [];
for await (const part of reply) parts.push(part);
const answer = await reply.done;
const rated = await first.feedback(answer.messageId, "up", "Thank you");
const handoff = await first.handoff();
first.close();

const again = new BotClient(options);
await again.connect();
const history = again.messages.map(({ role, text }) => [role, text]);
const refusal = await again.feedback("nobody-said-that", "down").catch(({ code }) => code);
// The same message: answered from the store.
const repeated = await again.send(question, { messageId: answer.messageId }).done;
again.close();

const isSameChat = first.chatId === again.chatId;
console.log(JSON.stringify({ parts, answer, rated, handoff, history, refusal, repeated, isSameChat }));
