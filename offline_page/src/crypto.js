// SPDX-License-Identifier: GPL-3.0-or-later
// The three signature checks of certs/crypto.py, for a browser: same names, same answers, on hexadecimal text.
// Accepted is exactly what OpenSSL accepts behind certs/crypto.py; tests/offline_page/test_crypto.py compares the two.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";

const SEQUENCE = 0x30, INTEGER = 0x02, BIT_STRING = 0x03, OBJECT = 0x06, NULL = 0x05;
const EC_PUBLIC_KEY = "2a8648ce3d0201", PRIME256V1 = "2a8648ce3d030107", RSA_ENCRYPTION = "2a864886f70d010101";
const SHA256_INFO = hexToBytes("3031300d060960864801650304020105000420");
const LONGEST_EXPONENT_OF_LARGE_KEYS = 64n, LARGE_MODULUS = 3072, LARGEST_MODULUS = 16384, SMALLEST_MODULUS = 2048;

/** What cannot be read; never leaves this module. */
class Malformed extends Error {}

/** ECDSA P-256 over SHA-256: DER SubjectPublicKeyInfo, DER signature, data. */
export function verifyP256(publicKey, signature, data) {
  return answered(() => {
    const point = pointOf(hexToBytes(publicKey));
    const { r, s } = numbersOf(hexToBytes(signature));
    const order = p256.Point.Fn.ORDER;
    if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
    const hash = BigInt("0x" + bytesToHex(sha256(hexToBytes(data)))) % order;
    const inverse = p256.Point.Fn.inv(s);
    const u1 = (hash * inverse) % order, u2 = (r * inverse) % order;
    const base = u1 === 0n ? p256.Point.ZERO : p256.Point.BASE.multiplyUnsafe(u1);
    const sum = base.add(point.multiplyUnsafe(u2));
    return !sum.is0() && sum.toAffine().x % order === r;
  });
}

/** Ed25519 (RFC 8032) as OpenSSL does it: without cofactor, R compared byte by byte. Key: 32 bytes. */
export function verifyEd25519(publicKey, signature, data) {
  return answered(() => {
    const key = hexToBytes(publicKey), both = hexToBytes(signature), message = hexToBytes(data);
    if (key.length !== 32 || both.length !== 64) return false;
    const order = ed25519.Point.Fn.ORDER;
    const s = littleEndian(both.subarray(32));
    if (s >= order) return false;
    const A = ed25519.Point.fromBytes(key, true);
    const k = littleEndian(sha512(concatBytes(both.subarray(0, 32), key, message))) % order;
    const sB = s === 0n ? ed25519.Point.ZERO : ed25519.Point.BASE.multiplyUnsafe(s);
    const kA = k === 0n ? ed25519.Point.ZERO : A.multiplyUnsafe(k);
    return bytesToHex(sB.subtract(kA).toBytes()) === bytesToHex(both.subarray(0, 32));
  });
}

/** RSA PKCS #1 v1.5 over SHA-256, 2048 bits or more: DER SubjectPublicKeyInfo, signature, data. */
export function verifyRsa(publicKey, signature, data) {
  return answered(() => {
    const { modulus, exponent } = rsaOf(hexToBytes(publicKey));
    const bits = modulus.toString(2).length;
    if (bits < SMALLEST_MODULUS || bits > LARGEST_MODULUS || !(modulus & 1n)) return false;
    if (exponent < 3n || !(exponent & 1n) || exponent >= modulus) return false;
    if (bits > LARGE_MODULUS && BigInt(exponent.toString(2).length) > LONGEST_EXPONENT_OF_LARGE_KEYS) return false;
    const size = Math.ceil(bits / 8), signed = hexToBytes(signature);
    if (signed.length !== size) return false;
    const value = BigInt("0x" + bytesToHex(signed));
    if (value >= modulus) return false;
    const filling = new Uint8Array(size - SHA256_INFO.length - 35).fill(0xff);
    const wanted = concatBytes(
      Uint8Array.of(0, 1), filling, Uint8Array.of(0), SHA256_INFO, sha256(hexToBytes(data)),
    );
    return power(value, exponent, modulus) === BigInt("0x" + bytesToHex(wanted));
  });
}

/** False for whatever cannot be read, as in certs/crypto.py. A mistake of ours is false too: it never says yes. */
function answered(check) {
  try {
    return check() === true;
  } catch {
    return false;
  }
}

function pointOf(spki) {
  const [algorithm, key] = membersOf(spki, SEQUENCE, [SEQUENCE, BIT_STRING]);
  const [kind, curve] = members(algorithm, [OBJECT, OBJECT]);
  if (bytesToHex(kind) !== EC_PUBLIC_KEY || bytesToHex(curve) !== PRIME256V1) throw new Malformed();
  const encoded = wholeBytes(key);
  if (encoded[0] !== 4 || encoded.length !== 65) throw new Malformed();
  const point = p256.Point.fromBytes(encoded);
  point.assertValidity();
  return point;
}

function numbersOf(encoded) {
  const [r, s] = membersOf(encoded, SEQUENCE, [INTEGER, INTEGER]);
  return { r: natural(r), s: natural(s) };
}

function rsaOf(spki) {
  const [algorithm, key] = membersOf(spki, SEQUENCE, [SEQUENCE, BIT_STRING]);
  const [kind, nothing] = members(algorithm, [OBJECT, NULL]);
  if (bytesToHex(kind) !== RSA_ENCRYPTION || nothing.length) throw new Malformed();
  const [modulus, exponent] = membersOf(wholeBytes(key), SEQUENCE, [INTEGER, INTEGER]);
  return { modulus: natural(modulus), exponent: natural(exponent) };
}

/** The bytes of a BIT STRING without unused bits. */
function wholeBytes(content) {
  if (content.length < 2 || content[0] !== 0) throw new Malformed();
  return content.subarray(1);
}

/** A DER INTEGER that is not negative and has no byte too many. */
function natural(content) {
  if (!content.length || content[0] & 0x80) throw new Malformed();
  if (content.length > 1 && content[0] === 0 && !(content[1] & 0x80)) throw new Malformed();
  return BigInt("0x" + bytesToHex(content));
}

/** One element of a kind that is all of `bytes`, taken apart into members of the kinds. */
function membersOf(bytes, tag, kinds) {
  return members(members(bytes, [tag])[0], kinds);
}

function members(bytes, kinds) {
  const found = [];
  let at = 0;
  for (const kind of kinds) {
    if (bytes[at] !== kind) throw new Malformed();
    let length = bytes[at + 1];
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count < 1 || count > 3 || at + count > bytes.length || bytes[at] === 0) throw new Malformed();
      length = 0;
      for (let step = 0; step < count; step += 1) length = length * 256 + bytes[at + step];
      if (length < 0x80) throw new Malformed();
      at += count;
    }
    if (!(at + length <= bytes.length)) throw new Malformed();
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw new Malformed();
  return found;
}

function littleEndian(bytes) {
  return BigInt("0x" + bytesToHex(Uint8Array.from(bytes).reverse()));
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}
