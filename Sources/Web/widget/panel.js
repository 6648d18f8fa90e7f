import { ChatClient } from "../client/client.js";
import { icon, icons, make } from "./dom.js";
import { MessageList } from "./messages.js";

/** How long a broken connection goes unmentioned: most are made anew before anybody notices. */
const patience = 1500;

/** The opened chat: its connection and its elements. Made when it is opened for the first time. */
export class ChatPanel {
  #settings;
  #notices = [];
  #log;
  #timer;
  #isFirst = true;
  #list;
  #person;
  #input;
  #note;
  #announcer;
  #earlier;
  #dots;

  /**
   * @param {{client: object, strings: Record<string, string>, heading: string, greeting: string, hosts: string[],
   *   handoff: boolean, close: () => void, emit: (type: string, detail: object) => void}} settings
   */
  constructor(settings) {
    this.#settings = settings;
    const { strings, handoff } = settings;
    this.client = new ChatClient(settings.client);
    this.#list = new MessageList({
      strings,
      hosts: settings.hosts,
      rate: (messageId, rating) => this.#rate(messageId, rating),
      retry: (messageId) => this.client.retry(messageId),
      confirm: (confirmation) => this.client.confirm(confirmation),
    });
    const button = (kind, title, action) => make("button", {
      class: kind, title, onclick: action,
    }, icon(icons[kind]));
    this.#person = button("person", strings.person, () => this.#handOff());
    this.#person.hidden = !handoff;
    this.#input = make("textarea", {
      rows: 1, "aria-label": strings.input, placeholder: strings.placeholder, dir: "auto", enterkeyhint: "send",
      onkeydown: (event) => {
        // While an input method composes, Enter chooses a word.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#send();
      },
    });
    this.#note = make("p", { class: "note", hidden: true });
    this.#announcer = make("p", { class: "sr", role: "status" });
    this.#earlier = make("button", {
      class: "earlier link", text: strings.earlier, hidden: true, onclick: () => this.#loadEarlier(),
    });
    this.#dots = make("div", { class: "text dots", hidden: true }, make("span", { class: "sr", text: strings.typing }),
      make("i"), make("i"), make("i"));
    this.#log = make("div", { class: "log", tabindex: 0, role: "region", "aria-label": strings.conversation },
      this.#earlier, this.#list.element, this.#dots);
    this.element = make("section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "heading", onkeydown: (event) => this.#keep(event) },
      make("header", {},
        make("h2", { id: "heading", text: settings.heading || strings.heading }),
        this.#person,
        button("forget", strings.forget, () => this.#forget()),
        button("close", strings.close, settings.close)),
      this.#note,
      this.#log,
      this.#announcer,
      make("form", { onsubmit: (event) => { event.preventDefault(); this.#send(); } },
        this.#input,
        make("button", { class: "send", title: strings.send, type: "submit" }, icon(icons.send))));
    this.#listen();
    this.#show();
    this.client.connect().catch(() => {});
  }

  focus() {
    this.#input.focus();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #announce(text) {
    this.#announcer.textContent = text;
  }

  /** Over the whole of a phone's screen the page behind cannot be reached, so the focus stays inside. */
  set isModal(isModal) {
    if (isModal) this.element.setAttribute("aria-modal", "true");
    else this.element.removeAttribute("aria-modal");
  }

  end() {
    clearTimeout(this.#timer);
    this.client.close();
  }

  #listen() {
    const { client } = this;
    const { emit } = this.#settings;
    const on = (type, action) => client.addEventListener(type, (event) => action(event.detail));
    on("change", () => this.#show());
    on("state", ({ state }) => this.#tellState(state));
    on("done", (done) => {
      // Announced whole, and once; the parts are not.
      this.#announce(done.text);
      emit("answer", done);
    });
    on("error", (error) => {
      this.#announce(error.message);
      emit("error", { code: error.code, message: error.message });
    });
    on("handoff", ({ message }) => {
      this.#notice(message);
      emit("handoff", { message });
    });
    on("feedback", (detail) => {
      this.#announce(this.#settings.strings.thanks);
      emit("feedback", detail);
    });
  }

  #tellState(state) {
    const { strings } = this.#settings;
    if (state !== "connecting" && state !== "waiting") {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#note.hidden = true;
      this.#isFirst = false;
      return;
    }
    const tell = () => {
      const text = this.#isFirst && this.client.state === "connecting" ? strings.connecting : strings.offline;
      if (this.#note.hidden || this.#note.textContent !== text) this.#announce(text);
      this.#note.textContent = text;
      this.#note.hidden = false;
    };
    if (navigator.onLine === false || !this.#note.hidden) tell();
    else this.#timer ??= setTimeout(tell, patience);
  }

  #show() {
    const { client } = this;
    const { greeting } = this.#settings;
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const hello = greeting && !client.hasEarlier
      ? [{ role: "bot", messageId: "greeting", text: greeting, citations: [], state: "done", isLocal: true }] : [];
    this.#list.show([...hello, ...client.messages, ...this.#notices]);
    this.#earlier.hidden = !client.hasEarlier;
    const last = client.messages.at(-1);
    this.#dots.hidden = !(last?.role === "customer" && last.state === "sent");
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  #send() {
    const text = this.#input.value;
    if (!text.trim()) return;
    this.#input.value = "";
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#settings.emit("message", { text });
    this.client.send(text);
  }

  #rate(messageId, rating) {
    this.client.feedback(messageId, rating).catch((error) => this.#announce(error.message));
  }

  async #handOff() {
    try {
      await this.client.handoff();
    } catch (error) {
      if (error.code === "closed" || error.code === "aborted") return;
      if (error.code === "handoff_unavailable") {
        this.#person.hidden = true;
        this.#input.focus();
      }
      this.#notice(error.code === "handoff_unavailable" ? this.#settings.strings.unavailable : error.message);
    }
  }

  async #loadEarlier() {
    const log = this.#log;
    const below = log.scrollHeight - log.scrollTop;
    try {
      await this.client.loadEarlier();
      log.scrollTop = log.scrollHeight - below;
      if (this.#earlier.hidden) log.focus();
    } catch (error) {
      this.#announce(error.message);
    }
  }

  #forget() {
    this.#notices = [];
    this.client.forget();
    this.#notice(this.#settings.strings.forgotten);
    this.#isFirst = true;
    this.client.connect().catch(() => {});
    this.#input.focus();
  }

  #notice(text) {
    this.#notices.push({ role: "notice", messageId: `notice-${this.#notices.length}`, text, citations: [], state: "done" });
    this.#announce(text);
    this.#show();
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #keep(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.#settings.close();
    } else if (event.key === "Tab" && this.element.hasAttribute("aria-modal")) {
      const stops = [...this.element.querySelectorAll("a[href], button, textarea, [tabindex]")]
        .filter((stop) => stop.getClientRects().length > 0);
      const focused = this.element.getRootNode().activeElement;
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (focused !== edge) return;
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    }
  }
}
