// The wall of a VK community: posts, each with its comments.

import { el } from "./dom.js";
import { calm, Talk } from "./talk.js";
import { words } from "./store.js";

export class Wall extends Talk {
  constructor(options) {
    const where = el("select", { "aria-label": "Куда писать" });
    super({ ...options, extra: [...options.extra, where], placeholder: "Комментарий" });
    this.where = where;
    where.addEventListener("change", () => this.aim(null));
    this.#fill();
    this.store.addEventListener("news", () => this.#fill());
  }

  acts(item) {
    return item.is_post ? super.acts(item).slice(0, 1) : super.acts(item);
  }

  answering(item) {
    return item.is_post ? "Комментировать" : "Ответить";
  }

  aim(item, changing = false) {
    if (item) this.where.value = String(item.post);
    super.aim(item?.is_post ? null : item, changing);
  }

  letter(said) {
    const post = this.where.value === "" ? null : Number(this.where.value);
    return { ...super.letter(said), post };
  }

  put(item) {
    const comments = this.nodes.get(item.key)?.querySelector(".comments");
    const node = super.put(item);
    if (comments) node.append(comments);
    return node;
  }

  insert(item, node) {
    if (item.is_post) {
      node.append(el("ol", { class: "comments", "aria-label": "Комментарии" }));
      this.log.prepend(node);
      return;
    }
    const post = this.nodes.get(item.key.replace(/\/[^/]+$/, `/post${item.post}`));
    (post?.querySelector(".comments") || this.log).append(node);
  }

  reveal(node) {
    node.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  #fill() {
    const posts = this.store.of(this.place).filter((item) => item.is_post).reverse();
    const chosen = this.where.value;
    this.where.replaceChildren(
      ...posts.map((post) => el("option", { value: String(post.id), text: `Под записью: ${words(post).slice(0, 40)}…` })),
      el("option", { value: "", text: "Новая запись на стене" }));
    const still = posts.some((post) => String(post.id) === chosen);
    this.where.value = still ? chosen : String(posts.at(-1)?.id ?? "");
  }
}
