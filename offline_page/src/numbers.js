// SPDX-License-Identifier: GPL-3.0-or-later
// Is this the number of a phone? The rule of `proofwipe verify --imei`: a slip of the finger must accuse nobody.
// phones/typed_number.py says why a number inside another text is none.

const IMEI_DIGITS = 15, SHORTEST_SERIAL = 8, LONGEST = 64;

/** Without separators; letters and digits of full width, as a Chinese keyboard writes them, are the usual ones. */
export function folded(typed) {
  return typed.trim().normalize("NFKC").replace(/[\p{Zs}\p{Pd}]/gu, "");
}

/** An IMEI whose check digit fits, or what can be a serial number. */
export function isANumberOfAPhone(typed) {
  const number = folded(typed);
  if (/^[0-9]+$/.test(number) && number.length >= IMEI_DIGITS - 2) {
    return number.length === IMEI_DIGITS && luhnHolds(number);
  }
  if (/[0-9]{14}/.test(number)) return false; // an IMEI and something else beside it
  return number.length >= SHORTEST_SERIAL && number.length <= LONGEST && /^[\p{L}\p{N}]+$/u.test(number);
}

function luhnHolds(digits) {
  let total = 0;
  [...digits].reverse().forEach((digit, place) => {
    const number = Number(digit) * (place % 2 ? 2 : 1);
    total += number > 9 ? number - 9 : number;
  });
  return total % 10 === 0;
}
