// The town: a tab for each place where people write.

import { arrows, badge, el } from "./dom.js";
import { Talk } from "./talk.js";
import { Wall } from "./wall.js";

export class Town {
  constructor({ node, store, stage, go, onLook }) {
    Object.assign(this, { node, store, stage, go, onLook });
    this.tabs = [];
    this.open = null;
    const { id, title } = stage.community;
    const telegram = stage.groups.map((group) => this.#group(group));
    telegram.push(this.#private({
      name: "Боту лично", label: "Личные сообщения боту в Telegram", place: (who) => `telegram/${who}`,
      about: (who) => `Telegram, личная переписка с ботом: ${who}`,
      empty: "Здесь житель пишет боту напрямую. Начните с /start или сразу опишите, что случилось.",
    }));
    const vk = [
      this.#wall(id, title),
      this.#private({
        name: "Сообщения", label: "Сообщения сообществу ВКонтакте", place: (who) => `vk/${id}/${who}`,
        about: (who) => `ВКонтакте, сообщения сообществу: ${who}`,
        empty: "Здесь житель пишет сообществу в личные сообщения.",
      }),
    ];
    const max = stage.maxChats.map((chat) => this.#group(chat, "Чат в MAX"));
    if (stage.hasMax) max.push(this.#private({
      name: "Боту в MAX", label: "Личные сообщения боту в MAX", place: (who) => `max/${who}`,
      about: (who) => `MAX, личная переписка с ботом: ${who}`,
      empty: "Здесь житель пишет боту напрямую. Опишите, что случилось.",
    }));
    const list = el("div", { class: "tabs", role: "tablist", "aria-label": "Места в городе" },
      el("div", { class: "tabs-row" }, el("span", { class: "net telegram", text: "Telegram" }), ...telegram.map((tab) => tab.button)),
      el("div", { class: "tabs-row" }, el("span", { class: "net vk", text: "ВКонтакте" }), ...vk.map((tab) => tab.button)),
      max.length ? el("div", { class: "tabs-row" }, el("span", { class: "net max", text: "MAX" }), ...max.map((tab) => tab.button)) : null);
    this.tabs = [...telegram, ...vk, ...max];
    arrows(list, this.tabs.map((tab) => tab.button));
    node.append(list, ...this.tabs.map((tab) => tab.panel));
    this.choose(this.tabs[0]);
    store.addEventListener("news", (event) => this.#count(event.detail));
  }

  /** Whether the place is somewhere in town, and not on an official's phone. */
  has(place) {
    return this.tabs.some((tab) => tab.covers(place));
  }

  /** Open the tab of a place; its conversation. */
  look(place) {
    const tab = this.tabs.find((one) => one.covers(place));
    tab.turn(place);
    this.choose(tab);
    return tab.talk;
  }

  choose(tab) {
    this.open = tab;
    for (const one of this.tabs) {
      const chosen = one === tab;
      one.button.setAttribute("aria-selected", String(chosen));
      one.button.tabIndex = chosen ? 0 : -1;
      one.panel.hidden = !chosen;
    }
    this.badge(tab, 0);
    tab.talk.toEnd();
    this.onLook?.();
  }

  /** Set the person who speaks next in a place. */
  speak(place, who) {
    const tab = this.tabs.find((one) => one.covers(place));
    tab.who.value = String(who);
    tab.who.dispatchEvent(new Event("change"));
  }

  badge(tab, count) {
    tab.unseen = count;
    tab.mark.count(count);
  }

  #count({ fresh, first }) {
    for (const tab of this.tabs) {
      if (first) this.badge(tab, 0);
      const come = first ? 0 : fresh.filter((item) => tab.covers(item.place)).length;
      if (tab !== this.open && come) this.badge(tab, tab.unseen + come);
    }
  }

  #group({ place, title, short }, note = "Группа в Telegram") {
    const who = this.#who(true);
    const talk = new Talk({
      store: this.store, stage: this.stage, go: this.go, place, me: () => Number(who.value), own: () => false,
      label: title, empty: "Здесь пока тихо. Напишите что-нибудь от имени жителя.", extra: [who], townsfolk: true,
    });
    return this.#tab({ name: short, heading: title, note, talk, who, covers: (one) => one === place });
  }

  #wall(id, title) {
    const who = this.#who(false);
    const place = `vk/${id}/wall`;
    const talk = new Wall({
      store: this.store, stage: this.stage, go: this.go, place, me: () => Number(who.value), own: () => false,
      label: `Стена сообщества «${title}»`, empty: "На стене пока ничего нет.", extra: [who], townsfolk: true,
    });
    return this.#tab({ name: "Стена", heading: title, note: "Стена сообщества ВКонтакте", talk, who, covers: (one) => one === place });
  }

  #private({ name, label, place, about, empty }) {
    const who = this.#who(false);
    const talk = new Talk({
      store: this.store, stage: this.stage, go: this.go, place: place(who.value), me: () => Number(who.value),
      own: (item) => item.from.id === Number(who.value), label, empty, extra: [who], townsfolk: true,
    });
    const places = new Map(this.stage.citizens.map((citizen) => [place(citizen.id), String(citizen.id)]));
    const named = () => who.selectedOptions[0].textContent;
    const tab = this.#tab({ name, heading: label, note: about(named()), talk, who, covers: (one) => places.has(one) });
    who.addEventListener("change", () => {
      talk.move(place(who.value));
      tab.note.textContent = about(named());
    });
    tab.turn = (one) => {
      if (who.value === places.get(one)) return;
      who.value = places.get(one);
      who.dispatchEvent(new Event("change"));
    };
    return tab;
  }

  #who(staff) {
    const select = el("select", { "aria-label": "Кто пишет" });
    const people = this.stage.citizens.map((one) => el("option", { value: String(one.id), text: one.name }));
    if (!staff) {
      select.append(...people);
      return select;
    }
    select.append(el("optgroup", { label: "Жители" }, ...people));
    const officials = this.stage.phones.map((one) => el("option", { value: String(one.id), text: one.short === one.name ? one.name : `${one.name} (${one.title.charAt(0).toLowerCase()}${one.title.slice(1)})` }));
    select.append(el("optgroup", { label: "Сотрудники" }, ...officials));
    return select;
  }

  #tab({ name, heading, note, talk, who, covers }) {
    const id = `tab${Math.random().toString(36).slice(2)}`;
    const mark = badge();
    const button = el("button", { type: "button", role: "tab", class: "tab", id, "aria-controls": `${id}-panel` }, name, mark);
    const line = el("p", { text: note });
    const panel = el("div", { class: "panel", role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id },
      el("header", { class: "panel-head" }, el("h2", { text: heading }), line), talk.node);
    const tab = { button, panel, talk, who, covers, mark, note: line, unseen: 0, turn: () => {} };
    button.addEventListener("click", () => this.choose(tab));
    return tab;
  }
}
