// The telephones of officials, each open on the chat with the bot.

import { act } from "./api.js";
import { badge, el, initials, tint } from "./dom.js";
import { Talk } from "./talk.js";

const NETS = { telegram: "Telegram", vk: "ВКонтакте", max: "MAX" };
const ROOM = 4; // phones next to each other on a wide screen; with more of them one picks

export class Phones {
  constructor({ node, store, stage, go, onLook }) {
    Object.assign(this, { node, store, stage, onLook });
    this.phones = stage.phones.map((phone) => this.#phone(phone, go));
    this.picker = el("div", { class: "picker", role: "group", "aria-label": "Чей телефон" }, ...this.phones.map((one) => one.button));
    this.visible = this.phones.slice(0, ROOM); // the latest chosen, the oldest first
    if (this.phones.length > ROOM) node.classList.add("many-phones");
    node.append(this.picker, el("div", { class: "row-of-phones" }, ...this.phones.map((one) => one.figure)));
    this.choose(this.phones[0]);
    store.addEventListener("news", (event) => this.#count(event.detail));
  }

  has(place) {
    return this.phones.some((one) => one.place === place);
  }

  /** Bring a phone forward; its conversation. */
  look(place) {
    const phone = this.phones.find((one) => one.place === place);
    this.choose(phone);
    return phone.talk;
  }

  choose(phone) {
    this.open = phone;
    const kept = this.visible.filter((one) => one !== phone);
    this.visible = [...kept.slice(kept.length === ROOM ? 1 : 0), phone];
    for (const one of this.phones) {
      one.figure.classList.toggle("open", one === phone);
      one.figure.classList.toggle("away", !this.visible.includes(one));
      one.button.setAttribute("aria-pressed", String(one === phone));
    }
    for (const one of this.phones) if (one === phone || one.figure.offsetParent) this.badge(one, 0);
    phone.talk.toEnd();
    this.onLook?.();
  }

  /** Mark the phone in which something is happening; `null`: none. */
  glow(place) {
    for (const one of this.phones) one.figure.classList.toggle("busy", one.place === place);
  }

  badge(phone, count) {
    phone.unseen = count;
    phone.mark.count(count);
  }

  #count({ fresh, first }) {
    for (const phone of this.phones) {
      const come = fresh.filter((item) => item.place === phone.place && item.from.bot).length;
      if (first) this.badge(phone, 0);
      else if (phone !== this.open && phone.figure.offsetParent === null && come) this.badge(phone, phone.unseen + come);
    }
  }

  #phone({ id, name, short, title, place, messenger }, go) {
    const talk = new Talk({
      store: this.store, stage: this.stage, go, place, me: () => id, own: (item) => item.from.id === id,
      label: `Телефон: ${name}, ${title}`, empty: "Сообщений пока нет.", placeholder: "Сообщение",
    });
    const mark = badge();
    const button = el("button", { type: "button", class: "pick", title: name }, el("span", { text: short }), el("small", { text: title.split(",")[0] }), mark);
    const figure = el("article", { class: "phone", "aria-label": `Телефон: ${name}, ${title}` },
      el("header", { class: "owner" },
        el("span", { class: `face ${tint(id)}`, "aria-hidden": "true", text: initials(name) }),
        el("div", {}, el("h2", { text: name }), el("p", { text: title }))),
      el("div", { class: "device" },
        el("div", { class: "device-head" }, el("b", { text: this.stage.bot }), el("span", { class: `net ${messenger}`, text: NETS[messenger] }),
          messenger === "telegram" ? this.#menu(id, place, talk) : null),
        talk.node));
    const phone = { id, place, talk, figure, button, mark, unseen: 0 };
    button.addEventListener("click", () => this.choose(phone));
    return phone;
  }

  /** The bot's commands, as the messenger's own menu shows them. */
  #menu(id, place, talk) {
    const list = el("div", { class: "commands", hidden: true });
    const button = el("button", { type: "button", class: "menu", "aria-expanded": "false", "aria-label": "Команды бота", text: "/" });
    const open = (yes) => {
      list.hidden = !yes;
      button.setAttribute("aria-expanded", String(yes));
    };
    const choose = async (command) => {
      open(false);
      try {
        await act({ act: "say", place, who: id, text: `/${command}` });
      } catch (error) {
        talk.toast(error.message, true);
      }
    };
    button.addEventListener("click", () => {
      list.replaceChildren(...(this.store.menus[id] || []).map((one) =>
        el("button", { type: "button", on: { click: () => choose(one.command) } },
          el("b", { text: `/${one.command}` }), el("span", { text: one.description }))));
      open(list.hidden);
    });
    const box = el("div", { class: "menu-box" }, button, list);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        open(false);
        button.focus();
      }
    });
    return box;
  }
}
