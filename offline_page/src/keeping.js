// SPDX-License-Identifier: GPL-3.0-or-later
// The issuer's certificates, kept in this browser only if the reader ticked the box. Nothing else is ever kept.

import { bytesFromBase64 } from "./packing.js";

const PLACE = "proofwipe.trust";

/** Files kept before, or null. A store that cannot be read is none. */
export function kept() {
  try {
    const files = JSON.parse(localStorage.getItem(PLACE));
    if (!Array.isArray(files)) return null;
    return files.map(({ name, data }) => (
      { name: String(name), bytes: bytesFromBase64(String(data)), holds: null, error: "" }));
  } catch {
    return null;
  }
}

/** Keeps these files and no others. */
export function keep(files) {
  try {
    const plain = files.map(({ name, bytes }) => ({ name, data: btoa(String.fromCharCode(...bytes)) }));
    localStorage.setItem(PLACE, JSON.stringify(plain));
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
