/* words.ts -- the names of pages and of their groups. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../tongue";

export const names = words({
  now: ["Now", "实时态势"],
  alerts: ["Alerts", "预警"],
  leads: ["Leads", "线索核查"],
  dissuasion: ["Dissuasion", "劝阻"],
  cases: ["Cases", "案件"],
  work: ["All work", "全部工作"],
  money: ["Follow money", "资金追踪"],
  orders: ["Orders to banks", "银行指令"],
  returns: ["Returns", "资金返还"],
  sanctions: ["Sanctions", "联合惩戒"],
  penalties: ["Penalties", "行政处罚"],
  areas: ["Key areas", "重点地区"],
  inspections: ["Inspections", "检查"],
  reports: ["Reports", "统计报告"],
  rules: ["Rules", "规则"],
  audit: ["Audit", "审计"],
  admin: ["Administration", "系统管理"],
  tasks: ["Tasks", "任务"],
  settings: ["Settings", "设置"],
});

export const group_words = words({
  watch: ["Watch", "监测"],
  work: ["Work", "办理"],
  records: ["Records", "台账"],
  house: ["System", "系统"],
  self: ["My own", "个人"],
});
