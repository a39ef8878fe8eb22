// SPDX-License-Identifier: GPL-3.0-or-later
// The verifier in its worker, so that the page stays alive while Python boots and thinks.

import { bytesFromBase64, inflated } from "./packing.js";

const LONGEST_ANSWER_MS = 180_000;

/** `on` hears {step}, {ready: true} or {broken: text}. Never throws later: every question has an answer or an error. */
export class Verifier {
  constructor(on) {
    this.on = on;
    this.asked = new Map();
    this.number = 0;
    this.worker = null;
  }

  async boot() {
    try {
      const code = await inflated(bytesFromBase64(document.getElementById("worker").textContent));
      this.worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    } catch (error) {
      this.on({ broken: String(error?.message ?? error) });
      return;
    }
    this.worker.onmessage = ({ data }) => this.#heard(data);
    this.worker.onerror = (event) => this.#heard({ kind: "broken", detail: event.message || "worker" });
    const archive = document.getElementById("archive");
    this.worker.postMessage({ kind: "boot", archive: archive.textContent });
    archive.remove(); // 20 MB of text nobody needs twice
  }

  /** What a function of proofwipe_page.py answers. Rejects with an Error. */
  ask(name, question, files) {
    this.number += 1;
    const number = this.number;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(number, { error: "no answer" }), LONGEST_ANSWER_MS);
      this.asked.set(number, { resolve, reject, timer });
      this.worker.postMessage({ kind: "ask", number, name, question, files });
    });
  }

  #heard(data) {
    if (data.kind === "answer") this.#settle(data.number, { answer: data.answer });
    else if (data.kind === "step") this.on({ step: data.step });
    else if (data.kind === "ready") this.on({ ready: true });
    else if (data.number) this.#settle(data.number, { error: data.detail });
    else this.on({ broken: data.detail });
  }

  #settle(number, { answer, error }) {
    const waiting = this.asked.get(number);
    if (!waiting) return;
    this.asked.delete(number);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve(answer);
    else waiting.reject(new Error(error));
  }
}
