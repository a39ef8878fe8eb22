// SPDX-License-Identifier: GPL-3.0-or-later
// What the phone receives: a tag, satellites, bytes over the air, current. No tag's text and no place leaves the page.

import { signOf } from "./stage.js";

const TAG_MS = 15000;
const FIX_MS = 60000; // later is no fault either, but where the phone lies
const GOOD_FIX_M = 50; // a network's guess is coarser than this, mostly: unconfirmed
const BYTES = 2000000;
const CHARGING_MS = 5000;

export async function nfc(stage) {
  stage.show("nfc", "nfc.hold");
  await stage.ask([["start", 1]]);
  if (typeof NDEFReader === "undefined") return { sign: "unsupported" };
  const reader = new NDEFReader(), end = new AbortController();
  stage.finally(() => end.abort());
  try {
    await stage.until(reader.scan({ signal: end.signal }));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { sign: signOf(error) };
  }
  const seen = new Promise((resolve) => { reader.onreading = reader.onreadingerror = () => resolve("read"); });
  const read = seen.then((word) => ({ values: { nfc_tag: word } }));
  return Promise.race([read, stage.sleep(TAG_MS).then(() => ({ sign: "too_little" }))]); // nobody knows whether a tag was there
}

export async function gnss(stage) {
  stage.show("gnss", "gnss.wait");
  if (!navigator.geolocation) return { sign: "unsupported" };
  const begin = performance.now();
  const beginning = new Promise((resolve) => {
    const watch = navigator.geolocation.watchPosition(
      ({ coords: { accuracy } }) => { if (accuracy <= GOOD_FIX_M) resolve({ values: { gnss_fix_ms: Math.round(performance.now() - begin) } }); },
      ({ code }) => { if (code === 1) resolve({ sign: "refused" }); },
      { enableHighAccuracy: true, maximumAge: 0, timeout: FIX_MS });
    stage.finally(() => navigator.geolocation.clearWatch(watch));
  });
  return Promise.race([beginning, stage.sleep(FIX_MS).then(() => ({ sign: "too_little" }))]); // indoors that is no fault
}

export async function wifi(stage) {
  stage.show("wifi", "wifi.wait");
  if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) return { sign: "over_cable" };
  const begin = performance.now();
  try {
    const said = await stage.until(fetch(`bytes?n=${BYTES}`, { cache: "no-store", signal: AbortSignal.timeout(30000) }));
    if (!said.ok) return { sign: "too_little" };
    const bytes = await stage.until(said.arrayBuffer());
    const took = Math.max(1, performance.now() - begin);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const same = [...digest].map((each) => each.toString(16).padStart(2, "0")).join("") === said.headers.get("X-SHA256");
    return { values: { wifi_fetch: same ? "ok" : "failed", wifi_kbit_s: Math.min(9999999, Math.round(bytes.byteLength * 8 / took)) } };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return { values: { wifi_fetch: "failed", wifi_kbit_s: 0 } };
    throw error;
  }
}

export async function charging(stage) {
  stage.show("charging", "charging.look");
  if (!navigator.getBattery) return { sign: "unsupported" };
  const battery = await stage.until(navigator.getBattery()), until = performance.now() + CHARGING_MS;
  while (!battery.charging && performance.now() < until) await stage.sleep(200);
  return { values: { charging: battery.charging ? "yes" : "no" } };
}
