// SPDX-License-Identifier: GPL-3.0-or-later
// Where a check is shown: words, pictures, buttons, a layer over the whole screen, and waiting that can be skipped.

/** A person passes over this check. */
export class SkippedError extends Error {}

export function element(name, facts = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(facts)) {
    if (key === "class") made.className = value; else if (key === "text") made.textContent = value; else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export class Stage {
  /** root: an element; say(key, facts): a sentence; plan: of the bench; check: its name. */
  constructor(root, say, plan, check) {
    this.root = root;
    this.say = say;
    this.facts = plan.facts ?? {};
    this.check = check;
    this.done = 0; // thousandths of this check
    this.kept = null;
    this.layers = [];
    this.endings = [];
    this.skipped = new Promise((_, reject) => { this.skip = () => reject(new SkippedError()); });
    this.skipped.catch(() => {});
    const skip = element("button", { class: "quiet", id: "skip", text: say("skip") });
    skip.addEventListener("click", () => this.skip());
    this.body = element("section", {});
    root.replaceChildren(element("div", { class: "head" }, element("h1", { text: say(`check.${check}`) }), skip), this.body);
  }

  /** Whatever `promise` brings, unless a person skips. */
  until(promise) {
    return Promise.race([promise, this.skipped]);
  }

  sleep(milliseconds) {
    return this.until(new Promise((resolve) => { setTimeout(resolve, milliseconds); }));
  }

  /** What is measured so far. Whoever passes over the rest of the check does not take it back. */
  keep(found) {
    this.kept = found;
  }

  /** At the end of the check, however it ends. */
  finally(act) {
    this.endings.push(act);
  }

  close() {
    for (const act of this.endings.splice(0).reverse()) act();
    for (const layer of this.layers.splice(0)) layer.remove();
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }

  /** A picture, a sentence, and what stands under it. */
  show(picture, key, ...more) {
    const parts = [element("p", { text: this.say(key) }), ...more];
    if (picture) parts.unshift(element("img", { class: "picture", src: `pictures/${picture}.svg`, alt: "" }));
    this.body.replaceChildren(...parts);
  }

  /** Buttons for an answer; the words of `choices` are keys, or texts as they are. Keys 1 to 9 do the same. */
  ask(choices, where = this.body, kind = "") {
    return this.until(new Promise((resolve) => {
      const buttons = choices.map(([key, value], at) => {
        const button = element("button", { class: choices.length === 1 ? "main" : "", text: typeof key === "number" ? String(key) : this.say(key), "data-answer": String(value) });
        button.addEventListener("click", () => finish(value));
        return button;
      });
      const box = element("div", { class: `choices ${kind}` }, ...buttons);
      const typed = (event) => { const at = Number(event.key) - 1; if (at >= 0 && at < choices.length) finish(choices[at][1]); };
      const finish = (value) => { removeEventListener("keydown", typed); box.remove(); resolve(value); };
      this.finally(() => removeEventListener("keydown", typed));
      addEventListener("keydown", typed);
      where.append(box);
    }));
  }

  /** A layer over everything; full screen where the browser gives it (it asks for a tap before). */
  async full() {
    const layer = element("div", { class: "full" });
    document.body.append(layer);
    this.layers.push(layer);
    if (document.documentElement.requestFullscreen && !document.fullscreenElement) {
      await Promise.race([document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {}), this.sleep(700)]);
      await this.sleep(150);
    }
    return layer;
  }

  close_layer(layer) {
    layer.remove();
    this.layers = this.layers.filter((each) => each !== layer);
  }

  tap(target) {
    return this.until(new Promise((resolve) => { target.addEventListener("click", resolve, { once: true }); }));
  }
}

/** Why the browser gave nothing: `refused` by phone or person, else `unsupported`. */
export function signOf(error) {
  return ["NotAllowedError", "SecurityError", "NotReadableError", "AbortError"].includes(error?.name) ? "refused" : "unsupported";
}
