// SPDX-License-Identifier: GPL-3.0-or-later
// What pages need besides htmx: effects as JSON with the session's token, what happens live, scanners and keys.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const word = (name) => document.querySelector("meta[name=words]")?.dataset[name] ?? "";
  const say = (sentence) => {
    const note = document.createElement("p");
    note.className = "note warn";
    note.textContent = `⚠ ${sentence}`;
    byId("message").replaceChildren(note);
  };

  // -- effects: JSON, which no form of a foreign page can send, and the token of this session
  document.addEventListener("htmx:before:request", (event) => {
    const { request } = event.detail.ctx;
    if (request.method === "GET") return;
    const told = {};
    for (const [name, value] of request.body ?? []) {
      if (name.endsWith("[]")) (told[name.slice(0, -2)] ??= []).push(value);
      else told[name] = value;
    }
    request.body = JSON.stringify(told);
    request.headers["Content-Type"] = "application/json";
    request.headers["X-Proofwipe-CSRF"] = document.querySelector("meta[name=csrf]")?.content ?? "";
    byId("message").replaceChildren();
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx?.request?.method !== "GET") say(word("notSent"));
  });
  document.addEventListener("htmx:after:swap", () => {
    if (byId("message").textContent.trim()) byId("message").scrollIntoView({ block: "nearest" });
  });

  // -- what happens: the page asks for its parts anew when something did, and after it was away
  const live = document.body.dataset.live === "yes";
  const SILENT_MS = 40_000, AGAIN_MS = 2_000, GATHER_MS = 250, CLOCK_MS = 15_000;
  let source = null, heard = performance.now(), seen = new Date(), gathering = 0;
  const changed = () => {
    gathering ||= setTimeout(() => {
      gathering = 0;
      document.body.dispatchEvent(new CustomEvent("proofwipe:changed"));
    }, GATHER_MS);
  };
  const lost = (is) => {
    const banner = byId("lost");
    if (!banner || banner.hidden === !is) return;
    if (is) byId("seen-at").textContent = seen.toLocaleTimeString(document.documentElement.lang, { hour12: false });
    banner.hidden = !is;
    document.documentElement.dataset.connected = is ? "no" : "yes";
  };
  const connect = () => {
    source?.close();
    source = new EventSource("/live");
    const alive = () => {
      heard = performance.now();
      lost(false);
    };
    source.addEventListener("alive", () => { alive(); seen = new Date(); });
    source.addEventListener("changed", () => { alive(); changed(); });
    source.onopen = () => { alive(); changed(); };
    source.onerror = () => {
      lost(true);
      if (source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(ask, AGAIN_MS);
      }
    };
  };
  const ask = async () => {
    // a stream that was refused does not say why: is it the session, or is nobody there?
    try {
      const answer = await fetch("/session", { redirect: "manual", headers: { "HX-Request": "true" } });
      if (answer.status === 401) location.assign("/login");
      else connect();
    } catch {
      setTimeout(ask, AGAIN_MS);
    }
  };
  if (live) {
    connect();
    setInterval(() => {
      if (!source) return;
      if (performance.now() - heard > SILENT_MS) { lost(true); connect(); }
      else changed();
    }, CLOCK_MS);
    document.addEventListener("htmx:after:swap", (event) => {
      if (event.detail?.ctx?.request?.method === "GET" && event.detail.ctx.response?.status === 200) seen = new Date();
    });
  }
})();
