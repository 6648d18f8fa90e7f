import { ask, byId, make } from "./dom.js";

/** The texts that the bot is made of, to be changed here or in any other editor. What another has saved meanwhile is kept. */
export class Editor {
  #files = [];
  #current = null;
  #choice = make("select", { id: "file", onchange: () => this.#show(this.#choice.value) });
  #text = make("textarea", { id: "text", spellcheck: "true", oninput: () => this.#mark() });
  #save = make("button", { type: "button", onclick: () => this.#store() }, "Save");
  #note = make("p", { role: "status" });
  #drafts = new Map();

  constructor() {
    this.#text.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        this.#store();
      }
    });
    byId("editor").append(
      make("p", {}, make("label", { for: "file" }, "File "), this.#choice),
      make("label", { for: "text", class: "above" }, "Text"),
      this.#text,
      make("p", { class: "row" }, this.#save, this.#note),
    );
  }

  /** Reads the files again; what was typed and not saved stays. */
  async load() {
    const { status, value } = await ask("files");
    if (status !== 200) return;
    this.#files = value.files;
    const paths = this.#files.map((file) => file.path);
    if (this.#choice.childElementCount !== paths.length || [...this.#choice.options].some((option, index) => option.value !== paths[index])) {
      this.#choice.replaceChildren(...paths.map((path) => make("option", { value: path }, path)));
    }
    this.#show(paths.includes(this.#current) ? this.#current : paths[0]);
  }

  get #file() {
    return this.#files.find((file) => file.path === this.#current);
  }

  #show(path) {
    this.#current = path ?? null;
    this.#choice.value = path ?? "";
    const draft = this.#drafts.get(path);
    const file = this.#file;
    if (draft && file && draft.base !== file.hash && draft.text !== file.text) {
      this.#say("The file was changed elsewhere. Saving here would replace that: it is refused until you take the file's text.");
    }
    this.#text.value = draft?.text ?? file?.text ?? "";
    this.#mark();
  }

  #mark() {
    const file = this.#file;
    if (!file) return;
    const isChanged = this.#text.value !== file.text;
    if (isChanged) {
      const base = this.#drafts.get(file.path)?.base ?? file.hash;
      this.#drafts.set(file.path, { text: this.#text.value, base });
    } else {
      this.#drafts.delete(file.path);
    }
    this.#save.disabled = !isChanged;
  }

  async #store() {
    const file = this.#file;
    const draft = file && this.#drafts.get(file.path);
    if (!draft) return;
    const { status, value } = await ask("file", { path: file.path, text: draft.text, base: draft.base });
    if (status === 200) {
      Object.assign(file, value);
      if (this.#drafts.get(file.path)?.text === value.text) this.#drafts.delete(file.path);
      this.#say(`${file.path} is saved.`);
    } else if (status === 409) {
      Object.assign(file, value);
      this.#say(`Not saved: ${file.path} was changed elsewhere.`, make("button", {
        type: "button",
        onclick: () => {
          this.#drafts.delete(file.path);
          this.#say("");
          this.#show(file.path);
        },
      }, "Take the file's text"));
    } else {
      this.#say(`Not saved: ${value.message}`);
    }
    this.#mark();
  }

  #say(text, ...more) {
    this.#note.replaceChildren(text, ...more);
  }
}
