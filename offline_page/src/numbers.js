// SPDX-License-Identifier: GPL-3.0-or-later
// Is this the number of a phone? The rule of `proofwipe verify --imei`: a slip of the finger must accuse nobody.

const IMEI_DIGITS = 15, SHORTEST_SERIAL = 8;

/** The number without what people leave out or write differently. */
export function plain(typed) {
  return typed.replace(/[- ]/g, "");
}

/** An IMEI whose check digit fits, or what can be a serial number. */
export function isANumberOfAPhone(typed) {
  const number = plain(typed.trim());
  if (/^[0-9]+$/.test(number) && Math.abs(number.length - IMEI_DIGITS) <= 2) {
    return number.length === IMEI_DIGITS && luhnHolds(number);
  }
  return number.length >= SHORTEST_SERIAL && /^[\p{L}\p{N}]+$/u.test(number);
}

function luhnHolds(digits) {
  let total = 0;
  [...digits].reverse().forEach((digit, place) => {
    const number = Number(digit) * (place % 2 ? 2 : 1);
    total += number > 9 ? number - 9 : number;
  });
  return total % 10 === 0;
}
