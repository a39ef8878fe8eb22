// SPDX-License-Identifier: GPL-3.0-or-later
// Is this the number of a phone? The rule of `proofwipe verify --imei`: a slip of the finger must accuse nobody.
// phones/typed_number.py says why a number inside another text is none.

const IMEI_DIGITS = 15, SHORTEST_SERIAL = 8, LONGEST = 64;
const PUNCTUATION = /[._:/#+()\\]/g; // what a serial number may hold beside letters, digits and separators
const SPELLED = /\\u[0-9a-f]{4}|\\U[0-9a-f]{8}/g; // a letter of another alphabet, as papers keep it
const LABELLED = /^(?:s\/n|(?:sn|serial|imei)[a-z./]{0,12}[:#])/i; // a number copied with the word before it
const A_WORD = /imei|meid|serial|phone|number|^(?:sn|no|id|tel)$/i; // calls the digits something, and is no maker's

/** Without separators; letters and digits of full width, as a Chinese keyboard writes them, are the usual ones. */
export function folded(typed) {
  return typed.trim().normalize("NFKC").replace(/[\p{Zs}\p{Pd}]/gu, "");
}

/** An IMEI whose check digit fits, or what can be a serial number. */
export function isANumberOfAPhone(typed) {
  const number = folded(typed);
  const letters = number.replace(SPELLED, "x").replace(PUNCTUATION, "");
  if (/^\p{Nd}+$/u.test(letters) && [...letters].length >= IMEI_DIGITS - 2) {
    return number === letters && /^[0-9]{15}$/.test(number) && luhnHolds(number);
  }
  const many = /\p{Nd}{14,64}/u.exec(letters);
  if (LABELLED.test(number) || (many && !isAMakers(many[0], letters.replace(many[0], "")))) return false;
  // A file name or a sentence holds punctuation too, but hardly ever a digit.
  const isOne = /^[\p{L}\p{N}]+$/u.test(letters) && (number === letters || /\p{Nd}/u.test(letters));
  const length = [...number].length;
  return isOne && length >= SHORTEST_SERIAL && length <= LONGEST;
}

/** Many digits and a few letters of a maker can be one serial number; an IMEI with something beside it is none. */
function isAMakers(digits, beside) {
  if (!/^[0-9]+$/.test(digits) || !/^[A-Za-z]+$/.test(beside) || A_WORD.test(beside)) return false;
  return digits.length < IMEI_DIGITS
    || !(luhnHolds(digits.slice(0, IMEI_DIGITS)) || luhnHolds(digits.slice(-IMEI_DIGITS)));
}

function luhnHolds(digits) {
  let total = 0;
  [...digits].reverse().forEach((digit, place) => {
    const number = Number(digit) * (place % 2 ? 2 : 1);
    total += number > 9 ? number - 9 : number;
  });
  return total % 10 === 0;
}
