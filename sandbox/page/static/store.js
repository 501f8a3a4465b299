// The messages of the town, kept up to date by the server's events.

const PATIENCE = 60; // seconds: a busy machine is slow, and an error would be the worse show

export class Store extends EventTarget {
  items = new Map();
  menus = {};
  ready = false;
  ahead = 0;
  #source = null;

  constructor(timezone) {
    super();
    this.clock = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit", timeZone: timezone });
    this.calendar = new Intl.DateTimeFormat("ru", { weekday: "short", day: "numeric", month: "short", timeZone: timezone });
  }

  connect() {
    this.#source = new EventSource("page/events");
    this.#source.onmessage = (event) => this.#take(JSON.parse(event.data));
    this.#source.onerror = () => this.dispatchEvent(new Event("lost"));
    window.addEventListener("pagehide", () => this.#source.close());
  }

  /** The messages of a place, oldest first. */
  of(place) {
    return [...this.items.values()].filter((item) => item.place === place).sort((one, other) => order(one) - order(other));
  }

  /** The newest message of a place that holds every one of `pieces`. */
  find(place, pieces) {
    return this.of(place).filter((item) => pieces.every((piece) => words(item).includes(piece))).at(-1);
  }

  /** Wait until `look()` returns something, and return it. Rejects after `seconds` or when `signal` is aborted. */
  until(look, signal, seconds = PATIENCE) {
    return new Promise((resolve, reject) => {
      const leave = (settle, value) => {
        clearTimeout(timer);
        this.removeEventListener("news", check);
        signal.removeEventListener("abort", stop);
        settle(value);
      };
      const check = () => {
        const found = look();
        if (found) leave(resolve, found);
      };
      const stop = () => leave(reject, signal.reason);
      const timer = setTimeout(() => leave(reject, new Error("Бот не ответил вовремя.")), seconds * 1000);
      this.addEventListener("news", check);
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      else check();
    });
  }

  /** The town's time. */
  now() {
    return new Date(Date.now() + this.ahead * 1000);
  }

  time(seconds) {
    return this.clock.format(new Date(seconds * 1000));
  }

  #take(news) {
    const fresh = [];
    const touched = [];
    if (news.first) this.items.clear();
    for (const key of news.gone) this.items.delete(key);
    for (const item of news.items) {
      (this.items.has(item.key) ? touched : fresh).push(item);
      this.items.set(item.key, item);
    }
    this.menus = news.menus;
    this.ready = news.ready;
    this.ahead = news.ahead;
    const detail = { fresh, touched, gone: news.gone, first: Boolean(news.first) };
    this.dispatchEvent(new CustomEvent("news", { detail }));
  }
}

/** The plain words of a message. */
export function words(item) {
  return item.blocks.flatMap((block) => block.parts.map((part) => part.text)).join("");
}

/** The position of a message among those of its place; in MAX its id gives no order. */
function order(item) {
  return item.order ?? item.id;
}
