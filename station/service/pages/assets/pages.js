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
      const [outer, inner] = name.split(".", 2);
      if (name.endsWith("[]")) (told[name.slice(0, -2)] ??= []).push(value);
      else if (inner) (told[outer] ??= {})[inner] = value;
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
  }

  // -- a phone that newly needs somebody: told to who listens, and by a tone where this browser's person wants one
  const chosen = (name, usual) => (localStorage.getItem(`proofwipe.${name}`) ?? usual) === "yes";
  const needing = () => new Set([...document.querySelectorAll("[data-needs]")].map((each) => each.dataset.needs));
  let known = needing();
  const tone = () => {
    const audio = new AudioContext(), wave = audio.createOscillator(), loud = audio.createGain();
    wave.frequency.value = 660;
    loud.gain.setValueAtTime(0.15, audio.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
    wave.connect(loud).connect(audio.destination);
    wave.start();
    wave.stop(audio.currentTime + 0.4);
    wave.onended = () => audio.close();
  };
  const title = document.title;
  const look = () => {
    const now = needing();
    if ([...now].some((each) => !known.has(each))) {
      byId("announce").textContent = word("asks");
      if (chosen("sound", "no")) tone();
    }
    known = now;
    document.title = now.size ? `(${now.size}) ${title}` : title;
  };
  for (const [name, usual] of [["sound", "no"], ["shortcuts", "yes"]]) {
    const box = byId(name);
    if (!box) continue;
    box.checked = chosen(name, usual);
    box.addEventListener("change", () => {
      localStorage.setItem(`proofwipe.${name}`, box.checked ? "yes" : "no");
      if (name === "sound" && box.checked) tone();
    });
  }

  // -- after a part was drawn: the time of what is seen, and the focus where a person goes on
  document.addEventListener("htmx:after:swap", (event) => {
    const { request, response, target } = event.detail?.ctx ?? {};
    if (request?.method === "GET" && response?.status === 200) seen = new Date();
    if (target?.id === "bench") { tick(); focusAgain(); return look(); }
    if (byId("message").textContent.trim()) byId("message").scrollIntoView({ block: "nearest" });
    else if (target?.matches?.("[data-keep]")) target.querySelector("[data-first]")?.focus();
  });
  // what was answered by a key may have gone with the focus in it: a person goes on where they were
  let inQuestions = false;
  document.addEventListener("focusin", (event) => { inQuestions = Boolean(event.target.closest?.(".asked-here")); });
  const focusAgain = () => {
    if (inQuestions && document.activeElement === document.body) byId("panel")?.querySelector(".asked-here [data-first]")?.focus({ preventScroll: true });
  };

  // -- how long a check waits for a person yet, second by second
  const counted = new WeakMap();
  const tick = () => {
    for (const each of document.querySelectorAll("[data-left]")) {
      const told = Number(each.dataset.left), now = performance.now();
      let from = counted.get(each);
      if (from?.told !== told) counted.set(each, from = { told, at: now });
      const left = Math.max(0, Math.round(told - (now - from.at) / 1000));
      each.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  setInterval(tick, 1_000);

  look();
  const panel = byId("panel");
  if (panel) {
    const sheet = byId("check-now") ? null : panel.querySelector("[data-first]"); // digits are for what a check will ask
    const first = panel.querySelector(".asked-here [data-first]") ?? sheet ?? byId("panel-close");
    first.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }

  // -- a scanner is a keyboard that types fast and ends with Enter; a person's single keys are shortcuts
  const FAST_MS = 60, SHORTEST_SCAN = 4, EDITED = "input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select";
  let typed = "", last = 0, waiting = 0, going = false;
  const isBadge = (text) => text.trim().startsWith("proofwipe_");
  // a badge is a secret: it gets into no address, and stays in no field that people see
  byId("scan")?.addEventListener("submit", (event) => {
    const field = byId("scan-field");
    if (!isBadge(field.value)) return;
    event.preventDefault();
    field.value = "";
    say(word("badge"));
  });
  const scan = (text) => {
    const field = byId("scan-field");
    if (!field) return;
    field.value = text.slice(0, 200);
    byId("scan").requestSubmit();
  };
  const shows = (each) => each.getClientRects().length > 0 && !each.closest("details:not([open]) > :not(summary)");
  const find = (key) => [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key && shows(each));
  const press = (key) => {
    if (!chosen("shortcuts", "yes") && !/^[0-9]$/.test(key)) return;
    const line = document.activeElement?.closest?.("[data-line]");
    if (line && /^[0-9]$/.test(key)) {
      const option = line.querySelector(`[data-digit="${key}"]`);
      if (!option) return;
      option.checked = true;
      const next = [...line.parentElement.querySelectorAll("[data-line]")].find((each) => !each.querySelector(":checked"));
      (next?.querySelector("input") ?? line.closest("form").querySelector("button.main")).focus();
      return;
    }
    if (going) {
      going = false;
      const there = [...document.querySelectorAll("[data-go]")].find((each) => each.dataset.go === key);
      if (there) return there.click();
    }
    if (key === "g") { going = true; return; }
    if (key === "/") { byId("scan-field")?.focus(); return; }
    if (key === "q") { byId("panel")?.querySelector(".asked-here [data-first]")?.focus(); return; }
    if (key === "n" && !find(key)) {
      const all = [...document.querySelectorAll("[data-needs] a")];
      const at = all.findIndex((each) => each.getAttribute("aria-current"));
      (all[at + 1] ?? all[0])?.click();
      return;
    }
    const meant = find(key);
    meant?.click();
    if (meant?.matches("details[open] > summary")) {
      // what was unfolded by its key is what a person goes on with
      meant.parentElement.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
    }
  };
  const settle = () => {
    waiting = 0;
    if (typed.length === 1) press(typed);
    else if (typed) {
      const field = byId("scan-field");
      if (field) { field.value = typed; field.focus(); }
    }
    typed = "";
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const edited = event.target.matches?.(EDITED);
    if (event.key === "Escape") {
      if (edited) { event.target.blur(); return; }
      if (chosen("shortcuts", "yes")) press("Escape");
      return;
    }
    if (edited) return;
    const now = performance.now();
    if (event.key === "Enter") {
      if (typed.length >= SHORTEST_SCAN) {
        event.preventDefault();
        clearTimeout(waiting);
        const whole = typed;
        typed = "";
        scan(whole);
      }
      return;
    }
    if (event.key.length !== 1) return;
    if (event.key === " " && !typed) return; // a person who presses a button
    event.preventDefault();
    typed = now - last < FAST_MS || waiting ? typed + event.key : event.key;
    last = now;
    clearTimeout(waiting);
    waiting = setTimeout(settle, FAST_MS);
  }, true);
})();
