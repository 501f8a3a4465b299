// Where one writes: who speaks, to what it replies, words and pictures.

import { el } from "./dom.js";

const LOCATION = "location";

export class Composer {
  /**
   * `send({text, pictures, location, who})` returns a promise; `samples`: the built-in pictures.
   * `extra`: further controls in the first row, such as who is writing.
   */
  constructor({ send, samples, extra = [], label, placeholder }) {
    this.attached = [];
    this.send = send;
    this.text = el("textarea", { rows: "1", "aria-label": label, placeholder, maxlength: "4096" });
    this.go = el("button", { type: "submit", class: "send", title: "Отправить", "aria-label": "Отправить" },
      el("span", { "aria-hidden": "true", text: "➤" }));
    this.clip = el("button",
      { type: "button", class: "clip", title: "Приложить картинку", "aria-label": "Приложить картинку", "aria-expanded": "false" },
      el("span", { "aria-hidden": "true", text: "+" }));
    this.tray = el("div", { class: "tray", hidden: true });
    this.context = el("div", { class: "context", hidden: true });
    this.shelf = el("ul", { class: "shelf", hidden: true, "aria-label": "Приложено" });
    this.line = el("div", { class: "line" }, this.clip, this.text, this.go);
    this.node = el("form", { class: "composer" },
      extra.length ? el("div", { class: "extra" }, ...extra) : null, this.context, this.shelf, this.tray, this.line);
    this.#fillTray(samples);
    this.#listen();
  }

  focus() {
    this.text.focus();
  }

  /** Say what the next message is about: «Ответ: …»; `clear` forgets it. */
  about(words, clear) {
    this.context.replaceChildren();
    this.context.hidden = !words;
    if (!words) return;
    this.context.append(
      el("span", { text: words }),
      el("button", { type: "button", title: "Отменить", "aria-label": `Отменить: ${words}`, text: "✕", on: { click: clear } }));
  }

  clear() {
    this.text.value = "";
    this.attached = [];
    this.#drawShelf();
    this.#grow();
  }

  attach(name, title) {
    this.attached.push({ name, title });
    this.#drawShelf();
  }

  write(words) {
    this.text.value = words;
    this.#grow();
  }

  async submit() {
    const location = this.attached.some((one) => one.name === LOCATION);
    const pictures = this.attached.filter((one) => one.name !== LOCATION).map((one) => one.name);
    const words = this.text.value;
    if (!words.trim() && !this.attached.length) {
      this.focus();
      return;
    }
    this.go.disabled = true;
    try {
      if (await this.send({ text: words, pictures, location })) this.clear();
    } finally {
      this.go.disabled = false;
    }
  }

  #listen() {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("input", () => this.#grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.clip.addEventListener("click", () => this.#openTray(this.tray.hidden));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.tray.hidden) {
        this.#openTray(false);
        this.clip.focus();
      }
    });
  }

  #openTray(open) {
    this.tray.hidden = !open;
    this.clip.setAttribute("aria-expanded", String(open));
    for (const image of this.tray.querySelectorAll("img[data-src]")) {
      image.src = image.dataset.src; // drawn by the server only when somebody looks
      image.removeAttribute("data-src");
    }
  }

  #fillTray(samples) {
    for (const sample of samples) {
      this.tray.append(
        el("button", { type: "button", class: "sample", on: { click: () => this.#pick(sample.name, sample.title) } },
          el("img", { "data-src": `page/sample/${sample.name}`, alt: "", width: "80", height: "60" }),
          el("span", { text: sample.title })));
    }
    this.tray.append(
      el("button", { type: "button", class: "sample", on: { click: () => this.#pick(LOCATION, "Точка на карте") } },
        el("span", { class: "pin", "aria-hidden": "true", text: "📍" }), el("span", { text: "Точка на карте" })),
      this.#ownPicture());
  }

  #ownPicture() {
    const input = el("input", { type: "file", accept: "image/png,image/jpeg,image/gif", class: "hidden-input", tabindex: "-1" });
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (!file) return;
      const reader = new FileReader();
      reader.onload = () => this.#pick(String(reader.result), file.name);
      reader.readAsDataURL(file);
      input.value = "";
    });
    const button = el("button", { type: "button", class: "sample", on: { click: () => input.click() } },
      el("span", { class: "pin", "aria-hidden": "true", text: "🖼" }), el("span", { text: "Своя картинка" }));
    return el("span", { class: "own-picture" }, button, input);
  }

  #pick(name, title) {
    this.attach(name, title);
    this.#openTray(false);
    this.focus();
  }

  #drawShelf() {
    this.shelf.hidden = !this.attached.length;
    this.shelf.replaceChildren(...this.attached.map((one, at) =>
      el("li", {},
        el("span", { text: one.title }),
        el("button", {
          type: "button", text: "✕", title: "Убрать", "aria-label": `Убрать: ${one.title}`,
          on: { click: () => { this.attached.splice(at, 1); this.#drawShelf(); this.focus(); } },
        }))));
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 140)}px`;
  }
}
