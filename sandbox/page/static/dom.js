// Everything on the page is built here. Text only ever becomes text: there is no innerHTML anywhere.

/**
 * An element. `attributes` are set as they are, except: `text` (its words), `on` (listeners by event),
 * and true/false for attributes without a value.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A tab list that the arrow keys walk through. `tabs` are buttons with role="tab". */
export function arrows(list, tabs) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = tabs.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
}

/** A count of unseen messages; `count(n)` changes it. */
export function badge() {
  const number = document.createTextNode("");
  const node = el("span", { class: "badge", hidden: true }, number, el("span", { class: "sr-only", text: " новых" }));
  node.count = (count) => {
    number.data = String(count);
    node.hidden = !count;
  };
  return node;
}

/** Initials for a round picture of a person. */
export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

/** One of the eight colours of people, always the same for the same person. */
export function tint(id) {
  return `tint${Math.abs(Number(id)) % 8}`;
}
