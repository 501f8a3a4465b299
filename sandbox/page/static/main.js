// Puts the page together.

import { act, readStage } from "./api.js";
import { badge, el } from "./dom.js";
import { Phones } from "./phones.js";
import { Show } from "./show.js";
import { Store, words } from "./store.js";
import { Town } from "./town.js";

const $ = (id) => document.getElementById(id);

const WELCOME = "Напишите что-нибудь от имени жителя или нажмите «Показать»: день города за две минуты.";

async function open() {
  const stage = await readStage();
  const store = new Store(stage.timezone);
  $("town-name").textContent = stage.title;
  document.title = `${stage.title}: центр управления`;

  const go = (key) => {
    const item = store.items.get(key);
    if (item) talkAt(item.place).show(key).focus({ preventScroll: true });
  };
  const town = new Town({ node: $("town"), store, stage, go });
  const phones = new Phones({ node: $("phones"), store, stage, go });
  const sides = new Sides(town, phones, store);
  const talkAt = (place) => {
    sides.turn(phones.has(place) ? "phones" : "town");
    return (phones.has(place) ? phones : town).look(place);
  };

  const caption = (text) => { $("caption").textContent = text; };
  const speed = Math.max(0.2, Number(new URLSearchParams(location.search).get("speed")) || 1);
  const show = new Show({
    steps: stage.show, store, talkAt, caption, speed,
    speak: (place, who) => { if (town.has(place)) town.speak(place, who); },
    progress: (share) => { $("progress").style.width = `${Math.round(share * 100)}%`; },
    glow: (place) => phones.glow(place),
  });
  show.titles = new Map(stage.samples.map((sample) => [sample.name, sample.title]));
  new Deeds(store, show, caption);
  keepTime(store);
  caption(WELCOME);
  store.connect();
}

/** On a narrow screen one sees either the town or the phones. */
class Sides {
  constructor(town, phones, store) {
    this.unseen = { town: 0, phones: 0 };
    this.buttons = new Map();
    for (const [name, title] of [["town", "Город"], ["phones", "Телефоны"]]) {
      const mark = badge();
      const button = el("button", { type: "button", "aria-pressed": "false", on: { click: () => this.turn(name) } }, title, mark);
      this.buttons.set(name, { button, mark });
      document.querySelector(".sides").append(button);
    }
    this.turn("town");
    store.addEventListener("news", ({ detail }) => {
      if (detail.first) return;
      this.#add("town", detail.fresh.filter((item) => town.has(item.place)).length);
      this.#add("phones", detail.fresh.filter((item) => phones.has(item.place) && item.from.bot).length);
    });
  }

  turn(name) {
    this.open = name;
    $("stage").dataset.side = name;
    for (const [one, { button }] of this.buttons) button.setAttribute("aria-pressed", String(one === name));
    this.unseen[name] = 0;
    this.#add(name, 0);
  }

  #add(name, count) {
    if (name !== this.open) this.unseen[name] += count;
    const { mark } = this.buttons.get(name);
    mark.count(this.unseen[name]);
  }
}

/** The buttons at the top. */
class Deeds {
  constructor(store, show, caption) {
    Object.assign(this, { store, show, caption });
    $("show").addEventListener("click", () => (show.playing ? show.stop() : this.#play()));
    $("hour").addEventListener("click", () => this.#try(() => act({ act: "pass_time", minutes: 60 })));
    $("anew").addEventListener("click", () => this.#try(() => this.#anew()));
    store.addEventListener("news", ({ detail }) => this.#look(detail));
    store.addEventListener("lost", () => {
      this.ready(false);
      caption("Связь с показом потеряна. Если он остановлен, запустите его снова; страница подключится сама.");
    });
  }

  ready(yes) {
    $("veil").hidden = yes || this.store.items.size === 0;
    $("show").disabled = !yes;
    for (const name of ["hour", "anew"]) $(name).disabled = !yes || this.show.playing;
    document.body.classList.toggle("ready", yes);
  }

  /** Nobody has done anything yet, but for officials who opened the bot. */
  get pristine() {
    return [...this.store.items.values()].every((item) => item.from.bot || ["/start", "Начать"].includes(words(item)));
  }

  #look(detail) {
    if (detail.first && !this.show.playing) this.caption(WELCOME);
    this.ready(this.store.ready);
  }

  async #play() {
    try {
      if (!this.pristine) await this.#anew();
    } catch (error) {
      this.caption(error.message);
      return;
    }
    $("show").textContent = "Остановить";
    document.body.classList.add("playing");
    const playing = this.show.play();
    this.ready(true);
    const finished = await playing;
    $("show").textContent = finished ? "Показать ещё раз" : "Показать";
    document.body.classList.remove("playing");
    document.body.dataset.shown = finished ? "to the end" : "stopped";
    this.ready(this.store.ready);
  }

  async #anew() {
    this.caption("Начинаем день заново…");
    await act({ act: "new_day" });
    const patience = new AbortController();
    await this.store.until(() => this.store.ready && this.pristine, patience.signal);
    this.caption(WELCOME);
  }

  async #try(deed) {
    try {
      await deed();
    } catch (error) {
      this.caption(error.message);
    }
  }
}

function keepTime(store) {
  const draw = () => {
    const now = store.now();
    $("clock").replaceChildren(el("b", { text: store.clock.format(now) }), el("span", { text: store.calendar.format(now) }));
  };
  store.addEventListener("news", draw);
  setInterval(draw, 5000);
}

open();
