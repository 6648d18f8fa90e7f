import { Customer } from "./customer.js";
import { byId, make, milliseconds } from "./dom.js";
import { Editor } from "./editor.js";
import { logText, turnElement } from "./turns.js";

const customer = new Customer();
const editor = new Editor();
let run = null;
let observesModel = true;
const keptLines = 500;

const showProblem = (problem) => {
  const box = byId("problem");
  box.hidden = !problem;
  box.replaceChildren();
  if (!problem) return;
  const place = (diagnostic) => (diagnostic.file ? `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}: ` : "");
  box.append(
    make("p", {}, make("strong", {}, problem.message), ". The bot goes on as it was."),
    make("ul", {}, ...problem.diagnostics.map((diagnostic) =>
      make("li", {}, make("code", {}, place(diagnostic)), `${diagnostic.message} [${diagnostic.code}]: ${diagnostic.fix}`))),
  );
  if (problem.details.length) box.append(make("pre", { tabindex: "0", role: "group", "aria-label": "Details" }, problem.details.join("\n")));
  if (!problem.diagnostics.length) box.append(make("p", {}, problem.fix));
};

const showState = (state) => {
  if (run !== null && run !== state.run) {
    // Another run of botctl: its chat is somewhere else, and its script may be newer.
    location.reload();
    return;
  }
  const isFirst = run === null;
  run = state.run;
  observesModel = state.observesModel;
  const { bot } = state;
  document.title = `${bot.name} · botctl dev`;
  byId("name").textContent = bot.name;
  byId("facts").textContent = `stage ${bot.stage} · ${bot.model} · ${state.answers.replace(/^none: /, "no model here, ")}`;
  showProblem(state.problem);
  customer.update(state.chatUrl, bot.authMode, bot.name);
  if (isFirst) byId("status").textContent = "Save a file and it is live.";
  if (state.turns) {
    byId("turns").replaceChildren();
    for (const turn of state.turns) showTurn(turn);
  }
  editor.load();
};

const showTurn = (turn) => {
  byId("no-turns").hidden = true;
  const element = turnElement(turn, observesModel);
  const list = byId("turns");
  list.prepend(element);
  // The newest is open, as long as nobody has opened another.
  const open = list.querySelectorAll(":scope > li > details[open]");
  if (open.length <= 1) {
    for (const other of open) other.open = false;
    element.querySelector("details").open = true;
  }
};

const showLine = (line) => {
  const list = byId("log");
  const isWrong = ["WARN", "ERROR", "FATAL"].includes(line.level);
  list.append(make("li", { class: isWrong ? "wrong" : null }, logText(line)));
  while (list.childElementCount > keptLines) list.firstElementChild.remove();
};

const ways = { functions: "live", changeSet: "live by change set", nothing: "nothing to do" };

const showEvent = (event) => {
  switch (event.event) {
    case "live":
      byId("status").textContent = `${event.parts.join(", ")}: ${ways[event.way]} in ${milliseconds(event.ms)}.`;
      break;
    case "mended":
      byId("status").textContent = "As it was before: what runs is what is in the files.";
      break;
    case "refused":
      byId("status").textContent = `Not taken, after ${milliseconds(event.ms)}.`;
      break;
    case "turn": showTurn(event.turn); break;
    case "log": showLine(event.log); break;
  }
};

const tabs = [...document.querySelectorAll("[role=tab]")];
const choose = (chosen) => {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
};
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}
choose(tabs[0]);

const events = new EventSource("events");
events.addEventListener("state", ({ data }) => showState(JSON.parse(data)));
events.addEventListener("dev", ({ data }) => showEvent(JSON.parse(data)));
events.addEventListener("error", () => {
  byId("status").textContent = "botctl dev has stopped. Start it again, and this page goes on.";
});
