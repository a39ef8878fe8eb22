// SPDX-License-Identifier: GPL-3.0-or-later
// Elements without markup: every text goes in as text, so nothing a paper says can become part of the page.

/** An element; `attributes` may hold on… functions, booleans and texts; children are elements or texts. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** A file picker dressed as a button: the input itself stays reachable by keyboard. */
export function picker(id, label, accept, chosen, { disabled = false, strong = false } = {}) {
  const input = h("input", { type: "file", id, accept, disabled, class: "unseen", multiple: id === "trust-file" });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    if (files.length) chosen(files);
  });
  return h("span", { class: "picker" }, input, h("label", { for: id, class: strong ? "button strong" : "button" }, label));
}
