/* words.ts -- words of key areas. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  source: ["Cards and accounts of 100,000 residents, source side", "每十万常住人口涉案卡、账户（源头侧）"],
  victim: ["Victims of 100,000 residents", "每十万常住人口受害人数"],
  place: ["Place", "地区"],
  rate: ["Rate", "比率"],
  apart: ["Where fraud comes from and where its victims live are never added or ranked together.", "源头侧与受害侧分别登记，不合并、不混排。"],
  empty: ["No place is registered yet.", "尚无登记地区。"],
  month: ["{state}, {period}", "{state}，{period}"],
  trend: ["Month by month", "逐月趋势"],
  trend_most: ["The four places with the highest rates; each place has its own months.", "比率最高的四个地区；各地区月份见其条目。"],
  of_month: ["Month", "月份"],
  thousandths: ["Of 100,000; the interval stands in the item.", "单位：每十万人；置信区间见条目。"],
});
