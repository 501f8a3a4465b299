// A conversation: what was said, and where one says more.

import { act } from "./api.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { drawn } from "./message.js";
import { words } from "./store.js";

const FRESH = 2600; // milliseconds that a new message stays marked
const NEAR = 120; // pixels from the end within which the list follows what comes

export class Talk {
  /**
   * `me()`: the id of the person who writes here. `own(item)`: true if it is shown on the right, as one's own messages.
   * `place`: what it shows, may change later by `move()`. `go(key)`: show a message anywhere on the page.
   * `extra`: more controls above the text field. `townsfolk`: people's messages can be changed and removed.
   */
  constructor({ store, stage, place, me, own, go, label, empty, extra = [], townsfolk = false, placeholder = "Сообщение" }) {
    Object.assign(this, { store, stage, place, me, townsfolk, empty });
    this.target = null; // the message that is replied to or changed
    this.nodes = new Map();
    this.log = el("ol", { class: "log", role: "log", "aria-live": "off", "aria-label": label, tabindex: "0" });
    this.toasts = el("div", { class: "toasts", role: "status" });
    this.composer = new Composer({
      send: (said) => this.#send(said), samples: stage.samples, extra, label: `Новое сообщение: ${label}`, placeholder,
    });
    this.node = el("div", { class: "talk" }, this.log, this.toasts, this.composer.node);
    this.view = {
      time: (at) => store.time(at),
      own,
      acts: (item) => this.acts(item),
      press: (item, code, key) => this.press(item, code, key),
      go,
    };
    store.addEventListener("news", (event) => this.#take(event.detail));
    this.composer.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.target) this.aim(null);
    });
    this.redraw();
  }

  /** Show another place. */
  move(place) {
    if (place === this.place) return;
    this.place = place;
    this.aim(null);
    this.redraw();
  }

  /** Draw everything again; the person whose view it is may have changed. */
  redraw() {
    this.nodes.clear();
    this.log.replaceChildren();
    for (const item of this.store.of(this.place)) this.put(item);
    this.#note();
    this.toEnd();
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Bring a message into sight and mark it; its node. */
  show(key) {
    const node = this.nodes.get(key) || this.log;
    this.reveal(node);
    mark(node, "fresh");
    return node;
  }

  reveal(node) {
    this.log.scrollTo({ top: node.offsetTop - 12, behavior: calm() ? "auto" : "smooth" });
  }

  /** The next message replies to (or, `changing`, replaces) this one; `null`: neither. */
  aim(item, changing = false) {
    this.target = item && { item, changing };
    if (!item) {
      this.composer.about("", null);
      return;
    }
    const said = words(item).replace(/\s+/g, " ").slice(0, 60) || "вложение";
    this.composer.about(`${changing ? "Изменить" : `Ответ: ${item.from.name}`}: ${said}`, () => this.aim(null));
    if (changing) this.composer.write(words(item));
  }

  #begin(item, changing = false) {
    this.aim(item, changing);
    this.composer.focus();
  }

  /** The small buttons of a message. */
  acts(item) {
    const reply = small(this.answering(item), () => this.#begin(item));
    if (!this.townsfolk || item.from.bot) return [reply];
    return [reply, small("Изменить", () => this.#begin(item, true)), small("Удалить", () => this.#remove(item))];
  }

  answering() {
    return "Ответить";
  }

  /** What to send for the words of the composer. */
  letter(said) {
    const reply = this.target ? this.target.item.id : null;
    return { act: "say", place: this.place, who: this.me(), reply_to: reply, ...said };
  }

  put(item) {
    const node = drawn(item, this.view);
    const old = this.nodes.get(item.key);
    this.nodes.set(item.key, node);
    if (old) old.replaceWith(node);
    else this.insert(item, node);
    return node;
  }

  insert(item, node) {
    this.log.append(node);
  }

  /** Press a button; `key` is the pressed element. */
  async press(item, code, key) {
    key.disabled = true;
    key.setAttribute("aria-busy", "true");
    try {
      const answer = await act({ act: "press", place: item.place, message: item.id, who: this.me(), code });
      if (answer.alert) this.#alert(answer.text, key);
      else if (answer.text) this.toast(answer.text);
    } catch (error) {
      this.toast(error.message, true);
    } finally {
      key.disabled = false;
      key.removeAttribute("aria-busy");
    }
  }

  toast(text, bad = false) {
    const node = el("p", { class: bad ? "toast bad" : "toast", text });
    this.toasts.append(node);
    setTimeout(() => node.remove(), 3500);
  }

  #alert(text, back) {
    const leave = () => {
      veil.remove();
      back.focus();
    };
    const close = el("button", { type: "button", class: "main-deed", text: "Понятно", on: { click: leave } });
    const veil = el("div", { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": text },
      el("div", {}, el("p", { text }), close));
    veil.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      if (event.key === "Tab") event.preventDefault();
    });
    this.node.append(veil);
    close.focus();
  }

  async #send(said) {
    try {
      if (this.target?.changing) {
        const { item } = this.target;
        await act({ act: "edit", place: item.place, message: item.id, post: item.post ?? null, text: said.text });
      } else {
        await act(this.letter(said));
      }
      this.aim(null);
      return true;
    } catch (error) {
      this.toast(error.message, true);
      return false;
    }
  }

  async #remove(item) {
    try {
      await act({ act: "delete", place: item.place, message: item.id, post: item.post ?? null });
    } catch (error) {
      this.toast(error.message, true);
    }
  }

  #take({ fresh, touched, gone, first }) {
    if (first) {
      this.aim(null);
      this.redraw();
      return;
    }
    const mine = (item) => item.place === this.place;
    const follow = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
    for (const key of gone) {
      this.nodes.get(key)?.remove();
      this.nodes.delete(key);
    }
    for (const item of touched.filter(mine)) mark(this.put(item), "touched");
    const nodes = fresh.filter(mine).map((item) => this.put(item));
    for (const node of nodes) mark(node, "fresh");
    this.#note();
    if (nodes.length) this.arrived(nodes.at(-1));
    else if (follow && touched.some((item) => this.nodes.get(item.key) === this.log.lastElementChild)) this.toEnd();
  }

  /** A new message is scrolled to. */
  arrived(node) {
    this.reveal(node); // the beginning of a long message matters more than its end
  }

  #note() {
    this.log.querySelector(".nothing")?.remove();
    if (!this.nodes.size) this.log.append(el("li", { class: "nothing", text: this.empty }));
  }
}

function small(text, click) {
  return el("button", { type: "button", class: "small", text, on: { click } });
}

function mark(node, name) {
  node.classList.remove("fresh", "touched");
  void node.offsetWidth; // restart the animation
  node.classList.add(name);
  setTimeout(() => node.classList.remove(name), FRESH);
}

export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
