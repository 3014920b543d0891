/* words.ts -- words of reports. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Reports", "统计报告"],
  from: ["From", "起"],
  to: ["To", "止"],
  by: ["By", "分组"],
  make: ["Make the report", "生成报告"],
  making: ["Counting …", "统计中…"],
  figure: ["Figure", "指标"],
  number: ["Number", "数值"],
  comparison: ["Compared", "同比"],
  source: ["From", "来源"],
  rows: ["Rows", "明细"],
  show_rows: ["The rows behind it", "查看明细"],
  withheld: ["withheld: few people", "人数过少，不予公布"],
  missing: ["not complete: {day} is missing", "数据不完整：缺 {day}"],
  approximate: ["approximately", "约"],
  print: ["Print", "打印"],
  html: ["As a page", "网页版"],
  pdf: ["As PDF", "PDF 版"],
  csv: ["As CSV", "CSV 版"],
  whole: ["no parts", "不分组"],
  month: ["month", "按月"],
  region: ["province", "按省"],
  city: ["city", "按市"],
  county: ["county", "按县"],
  type: ["type of fraud", "按诈骗类型"],
  parts: ["Parts", "分组数值"],
  query: ["Counted by", "统计口径"],
  period: ["Period", "统计期间"],
  day: ["Day", "日期"],
  place: ["Region", "地区"],
  of_type: ["Type", "类型"],
  amount: ["Amount or seconds", "金额或秒数"],
  item: ["Item", "工作项"],
  count: ["Counts for", "计数"],
  live: ["work of this service from {from} on", "本系统工作数据自 {from} 起"],
  not_published: ["Rows are for internal use, and looking at them is written into the audit log.", "明细仅供内部使用，查看将记入审计日志。"],
});

export const keys = words({
  make: ["Make the report", "生成报告"],
  back: ["Back to the figures", "返回指标"],
});
