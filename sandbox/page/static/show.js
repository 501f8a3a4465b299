// «Показать»: a day of the town, played by the same hands that a visitor has.

import { act } from "./api.js";
import { words } from "./store.js";
import { calm } from "./talk.js";

const LETTER = 16; // milliseconds for a letter to be typed
const LONGEST = 1300; // milliseconds for a message to be typed

export class Show {
  /** `talkAt(place)`: bring a place into sight, its conversation. `speak(place, who)`, `caption(text)`, `progress(share)`. */
  constructor({ steps, store, talkAt, speak, caption, progress, glow, speed }) {
    Object.assign(this, { steps, store, talkAt, speak, caption, progress, glow, speed });
    this.stopping = null;
  }

  get playing() {
    return this.stopping !== null;
  }

  stop() {
    this.stopping?.abort(new Stopped());
  }

  /** Play to the end, or until stopped; true when the end was reached. */
  async play() {
    this.stopping = new AbortController();
    this.saved = new Map();
    try {
      for (const [at, step] of this.steps.entries()) {
        this.progress(at / this.steps.length);
        await this.#step(step);
      }
      this.progress(1);
      return true;
    } catch (error) {
      if (!(error instanceof Stopped)) this.caption(`Показ прервался. ${error.message}`);
      return false;
    } finally {
      this.stopping = null;
      this.glow(null);
    }
  }

  async #step(step) {
    if (step.caption) this.caption(step.caption);
    if (step.think) await this.#rest(step.think);
    if (step.pass) await act({ act: "pass_time", minutes: step.pass });
    if (step.press) await this.#press(step.place, step.press, step.has || []);
    if (step.text !== undefined) await this.#say(step);
    if (step.wait) {
      const item = await this.#find(step.place, step.wait);
      this.talkAt(item.place).show(item.key);
      this.glow(item.place);
    }
    await this.#rest(step.rest ?? 1);
  }

  async #say({ place, who, text, pictures = [], to }) {
    const answered = to ? await this.#find(place, to) : null;
    const talk = this.talkAt(place);
    this.glow(place);
    if (who) this.speak(place, who);
    if (answered) talk.aim(answered);
    for (const name of pictures) talk.composer.attach(name, this.titles?.get(name) || "Фотография");
    await this.#type(talk.composer, text);
    await this.#rest(0.3);
    await talk.composer.submit();
  }

  async #type(composer, text) {
    const letters = [...text];
    const whole = Math.min(letters.length * LETTER, LONGEST) / this.speed;
    const ticks = calm() ? 1 : Math.max(1, Math.round(whole / 30));
    for (let tick = 1; tick <= ticks; tick += 1) {
      composer.write(letters.slice(0, Math.round((letters.length * tick) / ticks)).join(""));
      await this.#pause(30);
    }
  }

  async #press(place, button, pieces) {
    const found = () => {
      const items = this.store.of(place).filter((item) => item.buttons?.flat().some((key) => key.text.includes(button)));
      return items.filter((item) => pieces.every((piece) => words(item).includes(piece))).at(-1);
    };
    const item = await this.store.until(found, this.stopping.signal);
    const talk = this.talkAt(place);
    this.glow(place);
    talk.show(item.key);
    await this.#rest(0.5);
    const { code, text } = item.buttons.flat().find((key) => key.text.includes(button));
    const key = [...talk.nodes.get(item.key).querySelectorAll(".key")].find((one) => one.textContent === text);
    key?.classList.add("pushed");
    await this.#rest(0.35);
    key?.classList.remove("pushed");
    await talk.press(item, code, key);
  }

  #find(place, pieces) {
    return this.store.until(() => this.store.find(place, pieces), this.stopping.signal);
  }

  #rest(seconds) {
    return this.#pause((seconds * 1000) / this.speed);
  }

  #pause(milliseconds) {
    const { signal } = this.stopping;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }
}

class Stopped extends Error {}
