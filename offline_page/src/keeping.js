// SPDX-License-Identifier: GPL-3.0-or-later
// The issuer's certificates, kept in this browser only if the reader ticked the box. Nothing else is ever kept.

import { bytesFromBase64 } from "./packing.js";
import { SOURCES } from "./steps.js";

const PLACE = "proofwipe.trust";

/** {trust, source}: files kept before and from whom they came; or null. A store that cannot be read is none. */
export function kept() {
  try {
    const { files, source } = JSON.parse(localStorage.getItem(PLACE));
    if (!Array.isArray(files)) return null;
    const trust = files.map(({ name, data }) => (
      { name: String(name), bytes: bytesFromBase64(String(data)), holds: null, error: "" }));
    return { trust, source: SOURCES.includes(source) ? source : "" };
  } catch {
    return null;
  }
}

/** Keeps these files and no others. */
export function keep(files, source) {
  try {
    const plain = files.map(({ name, bytes }) => ({ name, data: btoa(String.fromCharCode(...bytes)) }));
    localStorage.setItem(PLACE, JSON.stringify({ files: plain, source }));
  } catch {
    // A browser without storage: the reader gives the file again next time.
  }
}

/** Forgets all. */
export function forgetAll() {
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // as above
  }
}
