// One message, drawn. The same for every messenger, for the town and for a phone.

import { el, initials, tint } from "./dom.js";

const KINDS = { document: "📄", video: "🎬", voice: "🎤", audio: "🎵", video_note: "🎬", animation: "🎞", sticker: "🙂" };

/**
 * The list item of a message. `view`: `time` (seconds → words), `own` (is it written by whose view this is),
 * `go(key)`, `press(item, code, key)`, and `acts(item)`: the small buttons next to it.
 */
export function drawn(item, view) {
  const own = view.own(item);
  const bubble = el("div", { class: "bubble" }, ...(item.media.length ? [media(item)] : []));
  if (!own) bubble.prepend(el("p", { class: `author ${tint(item.from.id)}`, text: item.from.name }));
  if (item.reply) bubble.prepend(...[bubble.querySelector(".author"), quoted(item.reply, view)].filter(Boolean));
  if (item.forwarded) bubble.append(el("p", { class: "forwarded", text: `Переслано от: ${item.forwarded}` }));
  if (item.blocks.length) bubble.append(text(item.blocks, view));
  bubble.append(
    el("p", { class: "meta" },
      ...view.acts(item),
      item.edited ? el("span", { text: "изменено" }) : null,
      el("time", { text: view.time(item.at) })),
  );
  const body = el("div", { class: "body" }, bubble);
  if (item.buttons?.length) body.append(keyboard(item, view));
  const classes = ["msg", own ? "own" : "their", item.from.bot ? "from-bot" : "", item.is_post ? "post" : ""];
  return el("li", { class: classes.filter(Boolean).join(" "), "data-key": item.key, tabindex: "-1" },
    own ? null : el("div", { class: `face ${tint(item.from.id)}`, "aria-hidden": "true", text: initials(item.from.name) }),
    body);
}

function quoted(reply, view) {
  return el("button",
    { type: "button", class: "reply", title: "Показать исходное сообщение", on: { click: () => view.go(reply.key) } },
    el("b", { text: reply.name }), el("span", { text: reply.text }));
}

function text(blocks, view) {
  const box = el("div", { class: "text", dir: "auto" });
  for (const block of blocks) {
    const pieces = block.parts.map((part) => piece(part, view));
    if (block.quote) box.append(el("blockquote", {}, ...pieces));
    else box.append(el("span", {}, ...pieces));
  }
  return box;
}

const TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s", code: "code" };

function piece(part, view) {
  let node = document.createTextNode(part.text);
  for (const style of part.styles || []) node = el(TAGS[style] || "span", { class: style }, node);
  if (part.jump) {
    return el("button", { type: "button", class: "link", on: { click: () => view.go(part.jump) } }, node);
  }
  if (part.href && /^https?:\/\//.test(part.href)) {
    return el("a", { href: part.href, target: "_blank", rel: "noopener noreferrer" }, node);
  }
  return node;
}

function media(item) {
  const box = el("div", { class: `media many${Math.min(item.media.length, 4)}` });
  for (const one of item.media) {
    if (one.kind === "photo") {
      const image = el("img", { src: one.url, alt: "Фотография", loading: "lazy", width: "400", height: "300" });
      box.append(el("a", { href: one.url, target: "_blank", rel: "noopener", title: "Открыть фотографию" }, image));
    } else if (one.kind === "location") {
      box.append(el("p", { class: "file" }, el("span", { text: "📍", "aria-hidden": "true" }), ` Точка на карте: ${one.name}`));
    } else {
      const sign = el("span", { text: KINDS[one.kind] || "📎", "aria-hidden": "true" });
      const name = one.url ? el("a", { href: one.url, download: one.name || "файл", text: one.name || "файл" }) : one.name;
      box.append(el("p", { class: "file" }, sign, " ", name));
    }
  }
  return box;
}

function keyboard(item, view) {
  const box = el("div", { class: "keys" });
  for (const row of item.buttons) {
    box.append(el("div", { class: "keys-row" }, ...row.map((button) => pressable(item, button, view))));
  }
  return box;
}

function pressable(item, button, view) {
  if (button.href) {
    return el("a", { class: "key", href: button.href, target: "_blank", rel: "noopener noreferrer", text: button.text });
  }
  const key = el("button", { type: "button", class: "key", text: button.text });
  if (button.copies) {
    key.addEventListener("click", () => navigator.clipboard.writeText(button.copies));
    return key;
  }
  key.addEventListener("click", () => view.press(item, button.code, key));
  return key;
}
