// SPDX-License-Identifier: GPL-3.0-or-later
// How files are embedded: base64(gzip(length of index, index, contents)). build.mjs writes it.

/** Bytes of a base64 text. */
export function bytesFromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const plain = atob(text);
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += 1) bytes[at] = plain.charCodeAt(at);
  return bytes;
}

/** What gzip made of it. */
export async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The files of an archive by name. */
export async function unpacked(bytes) {
  const all = await inflated(bytes);
  const length = new DataView(all.buffer).getUint32(0);
  const index = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + length)));
  const files = new Map();
  let at = 4 + length;
  for (const [name, size] of index) {
    files.set(name, all.subarray(at, at + size));
    at += size;
  }
  return files;
}
