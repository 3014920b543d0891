/* words.ts -- the names of pages and of their groups. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../tongue";

export const names = words({
  alerts: ["Alerts", "预警"],
  work: ["All work", "全部工作"],
  settings: ["Settings", "设置"],
});

export const group_words = words({
  watch: ["Watch", "监测"],
  work: ["Work", "办理"],
  records: ["Records", "台账"],
  house: ["System", "系统"],
  self: ["My own", "个人"],
});
