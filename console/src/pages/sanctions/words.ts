/* words.ts -- words of joint discipline: what stands against a person, and what is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
import { law_group } from "../../law_words";
import { words } from "../../tongue";

export const w = words({
  register: ["Determinations, orders, appeals", "认定、执行单与申诉"],
  check: ["May this person …?", "核验是否受限"],
  document: ["Identity document", "身份证件号码"],
  document_hint: ["Stays out of addresses and logs; the check is kept with its receipt.", "不进入网址和日志；核验连同凭证留存。"],
  act: ["Wants to", "事项"],
  object: ["Of what", "对象"],
  way: ["How", "方式"],
  ask: ["Check", "核验"],
  may: ["It may be done", "可以办理"],
  may_not: ["It may not be done", "不可办理"],
  stands: ["A determination stands", "存在有效认定"],
  stands_not: ["Nothing stands against this person", "无有效认定"],
  restriction: ["Restriction", "限制"],
  exception: ["Exception", "保留事项"],
  article: ["Article", "条款"],
  until: ["Last day", "截止日"],
  pack: ["Law pack", "法规包"],
  floor: ["Kept by Cutline's own floor: the pack does not say so itself.", "依 Cutline 底线保留，法规包未载明。"],
  receipt: ["Signed receipt", "签名凭证"],
  measures: ["What is restricted, and what is kept", "限制与保留"],
  measures_none: ["Not determined yet.", "尚未认定。"],
});

export const acts = words({ open: ["open", "开立"], transfer: ["transfer", "转账"], keep: ["keep", "保留"] });
/* What somebody opens or keeps; the other things of packs are lists and what is new. */
const NOT_KEPT = ["new_account", "new_business", "dishonesty_list", "credit_database"];
export const objects = Object.fromEntries(Object.entries(law_group("thing")).filter(([name]) => !NOT_KEPT.includes(name)));
export const ways = words({ in: ["money comes in", "资金转入"], counter: ["at a counter", "柜面"], remote: ["remotely", "非柜面"] });
