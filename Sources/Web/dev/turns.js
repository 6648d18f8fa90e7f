import { make, milliseconds } from "./dom.js";

const section = (title, ...content) => make("section", {}, make("h3", {}, title), ...content);

const block = (text, label) => make("pre", { tabindex: "0", role: "group", "aria-label": label }, text);

const folded = (title, content) => make("details", {}, make("summary", {}, title), content);

/** The phases that the handler measured, in the order in which they begin, and what the model did in absolute times. */
const bars = (turn) => {
  const rows = [];
  let at = 0;
  const add = (name, from, length) => rows.push({ name, from, length: Math.max(length, 0) });
  const { timings } = turn;
  for (const phase of ["session", "claim", "history", "retrieval"]) {
    if (timings[phase] === undefined) continue;
    add(phase, at, timings[phase]);
    at += timings[phase];
  }
  turn.calls.forEach((call, index) => {
    const name = turn.calls.length > 1 ? `model ${index + 1}` : "model";
    const end = call.ended ?? turn.ms;
    add(`${name}: to the first words`, call.began, (call.first ?? end) - call.began);
    if (call.first !== undefined) add(`${name}: to its end`, call.first, end - call.first);
  });
  if (!turn.calls.length && timings.model !== undefined) {
    add("model", at, timings.model);
  }
  // These overlap with the model's; what is left of them comes at the end.
  const tail = Math.max(turn.ms - (timings.store ?? 0) - (timings.post ?? 0), at);
  if (timings.store !== undefined) add("store", tail, Math.min(timings.store, turn.ms - tail));
  if (timings.post !== undefined) add("post", turn.ms - Math.min(timings.post, turn.ms), timings.post);
  return rows;
};

const waterfall = (turn) => {
  const total = Math.max(turn.ms, 1);
  const percent = (value) => `${(Math.min(Math.max(value / total, 0), 1) * 100).toFixed(2)}%`;
  return make("table", { class: "waterfall" },
    make("caption", {}, `${milliseconds(turn.ms)} from the message to its stored answer`),
    make("tbody", {}, ...bars(turn).map((bar) => {
      const mark = make("span", { class: "bar" });
      mark.style.insetInlineStart = percent(bar.from);
      mark.style.inlineSize = percent(bar.length);
      return make("tr", {},
        make("th", { scope: "row" }, bar.name),
        make("td", { class: "track" }, mark),
        make("td", { class: "number" }, milliseconds(bar.length)));
    })));
};

const rules = (retrieval, call) => {
  if (!retrieval) return make("p", {}, "No search: the bot has no rules, or the message was not stored.");
  const sent = call?.system ?? "";
  const by = retrieval.mode === "hybrid" ? "by words and by meaning" : "by words";
  return make("div", {},
    make("p", {}, `Searched ${by}; ${retrieval.covered ? "some rule seems to fit" : "no rule seems to fit"}`
      + `${retrieval.followUp ? "; read as a follow-up" : ""}.`),
    make("table", {},
      make("thead", {}, make("tr", {}, ...["Rule", "Where", "Score", "In the prompt"].map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...retrieval.hits.map((hit) => make("tr", {},
        make("th", { scope: "row" }, hit.id),
        make("td", {}, `${hit.heading} (${hit.file})`),
        make("td", { class: "number" }, hit.score.toFixed(2)),
        make("td", {}, sent.includes(hit.id) ? "yes" : "no"))))));
};

const prompt = (call, number, count) => {
  const name = count > 1 ? `Request ${number} of ${count}` : "Request";
  const said = [call.reply, ...(call.toolCalls ?? []).map((made) => `calls ${made.name} ${made.input}`)].filter(Boolean).join("\n");
  const messages = call.messages.map((message) =>
    [`${message.role}: ${message.text}`,
      ...(message.toolUses ?? []).map((use) => `calls ${use.name} ${JSON.stringify(use.input)}`),
      ...(message.toolResults ?? []).map((result) => `tool ${result.isError ? "failed" : "answered"}: ${result.text}`),
    ].filter((line) => line !== `${message.role}: `).join("\n"));
  const state = call.failure ? `${call.failure}` : call.status === undefined ? "still answering" : `status ${call.status}`;
  return make("div", { class: "call" },
    make("p", {}, `${name} to ${call.model}, ${state}`),
    folded(`System prompt, ${call.system.length} characters`, block(call.system, "System prompt")),
    folded(`${call.messages.length} ${call.messages.length === 1 ? "message" : "messages"}`, block(messages.join("\n\n"), "Messages")),
    call.tools.length ? folded(`${call.tools.length} tools`, block(call.tools.map((tool) => `${tool.name}: ${tool.description}`).join("\n"), "Tools")) : null,
    folded("Answer, as the model gave it", block(said, "Answer of the model")));
};

const price = (turn) => {
  const tokens = turn.tokens ? `${turn.tokens.input} tokens in, ${turn.tokens.output} out` : "no tokens counted";
  const cost = turn.cost === undefined ? "" : `, about $${turn.cost.toFixed(5)} by list price`;
  return tokens + cost;
};

const outcomeText = (outcome) => outcome.replace(/[_-]/g, " ");

/** One turn, taken apart. */
export const turnElement = (turn, observesModel) => {
  const isGood = turn.outcome === "answered" || turn.outcome === "duplicate";
  const calls = turn.calls.map((call, index) => prompt(call, index + 1, turn.calls.length));
  return make("li", { class: "turn", "data-request": turn.requestId },
    make("details", {},
      make("summary", {},
        make("span", { class: "question" }, turn.question ?? "(a message that was not stored)"),
        make("span", { class: isGood ? "facts" : "facts wrong" },
          `${isGood ? "" : `${outcomeText(turn.outcome)} · `}${milliseconds(turn.ms)}${turn.tokens ? ` · ${turn.tokens.input + turn.tokens.output} tokens` : ""}`)),
      make("h2", {}, `Turn of ${new Date(turn.began).toLocaleTimeString()}`),
      section("Reply", make("p", { class: "reply" }, turn.reply ?? `No reply was stored: ${outcomeText(turn.outcome)}.`)),
      section("Time", waterfall(turn)),
      section("Rules", rules(turn.retrieval, turn.calls[0])),
      section("Prompt", ...(calls.length ? calls : [make("p", {}, observesModel
        ? "The model was not asked."
        : "The model of an endpoint that you named is not watched.")])),
      section("Cost", make("p", {}, `${price(turn)}${turn.model ? ` (${turn.model})` : ""}.`),
        make("p", { class: "note" }, "An estimate by the list prices of on-demand inference in US regions, aws.amazon.com/bedrock/pricing; a local model costs nothing.")),
      section("Stored", ...turn.items.map((item) =>
        folded(`${item.kind ?? "item"}${item.role ? ` of the ${item.role}` : ""}`, block(JSON.stringify(item, null, 2), "Stored item")))),
      section("Log", block(turn.log.map(logText).join("\n"), "Log lines of this turn"))));
};

export const logText = (line) => {
  const fields = { ...(line.fields ?? {}) };
  for (const known of ["timestamp", "level", "message", "_aws", "Bot", "Stage"]) delete fields[known];
  const rest = Object.keys(fields).length ? ` ${JSON.stringify(fields)}` : "";
  return `${new Date(line.time).toISOString().slice(11, 23)} ${line.level.padEnd(5)} ${line.function}: ${line.message}${rest}`;
};
