/* money.ts -- amounts and numbers as each tongue writes them: 1,234,567.80, and in Chinese also 万 and 亿.
 * Amounts come as decimal texts or as whole cents; they are never rounded in a place where somebody
 * could take the rounded one for the amount: `money` shows all of it, `money_short` is for overviews. */
/* SPDX-License-Identifier: Apache-2.0 */
import { say, tongue } from "./tongue";
import { money_words as w } from "./words";

export function number(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function grouped(decimal: string): string {
  const [whole = "0", cents] = decimal.replace("-", "").split(".");
  const sign = decimal.startsWith("-") ? "−" : "";
  return sign + whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (cents === undefined ? "" : "." + cents);
}

export function decimal_of_cents(cents: number | bigint): string {
  const text = String(cents).replace("-", "").padStart(3, "0");
  return (cents < 0 ? "-" : "") + text.slice(0, -2) + "." + text.slice(-2);
}

export function money(amount: string, currency = "CNY"): string {
  return currency === "CNY" ? say(w.yuan, { n: grouped(amount) }) : say(w.other, { currency, n: grouped(amount) });
}

/* 12.3 万, 1.20 亿; in English 123 k, 120 m. */
export function money_short(amount: string): string {
  const value = Number(amount), size = Math.abs(value);
  if (!Number.isFinite(value))
    return amount;
  if (tongue.value === "zh") {
    if (size >= 1e8)
      return say(w.yi, { n: (value / 1e8).toFixed(2) });
    return size >= 1e4 ? say(w.wan, { n: (value / 1e4).toFixed(1) }) : grouped(value.toFixed(0));
  }
  if (size >= 1e6)
    return (value / 1e6).toFixed(2) + " m";
  return size >= 1e4 ? (value / 1e3).toFixed(1) + " k" : grouped(value.toFixed(0));
}
