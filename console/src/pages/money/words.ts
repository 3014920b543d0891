/* words.ts -- words of following money. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Money", "资金追踪"],
  from: ["Payment or account", "交易编号或账户"],
  from_hint: ["The id of a payment, or an account.", "填写交易编号或账户。"],
  method: ["Method", "方法"],
  direction: ["Direction", "方向"],
  depth: ["Levels", "层级"],
  follow: ["Follow the money", "追踪资金"],
  following: ["Following …", "追踪中…"],
  forward: ["forward: where it went", "正向：资金去向"],
  backward: ["backward: whose it is", "反向：资金来源"],
  made: ["Asked by {by}, {moment}", "{by} 于 {moment} 发起"],
  another: ["Another question", "重新查询"],
  sum_holds: ["The sums agree, to the cent.", "合计一致，精确到分。"],
  sum_broken: ["The sums do not agree; please report this.", "合计不一致，请上报。"],
  started: ["Started", "起始金额"],
  touched: ["Touched", "沾染金额"],
  held: ["Still held", "仍在账户"],
  expected: ["Expected at arrival", "到达时预计余额"],
  level: ["Level", "层级"],
  account: ["Account", "账户"],
  bank: ["Bank", "银行"],
  came: ["Came in", "流入"],
  went: ["Went out", "流出"],
  contact: ["Since", "首次流入"],
  payments: ["Payments, in order", "交易明细（按时间）"],
  accounts: ["Accounts", "账户"],
  time: ["Time", "时间"],
  payer: ["From", "付款方"],
  payee: ["To", "收款方"],
  amount: ["Amount", "金额"],
  traced: ["Traced", "追踪金额"],
  delay: ["Stayed for", "停留"],
  end: ["Ends as", "终点"],
  picture: ["Flow of the money", "资金流向图"],
  until: ["Shown until {moment}", "显示至 {moment}"],
  slider: ["Time", "时间轴"],
  stops: ["Stop first", "建议优先止付"],
  stops_none: ["Nothing is left to stop.", "已无可止付余额。"],
  choose: ["Choose {account}", "选择 {account}"],
  order: ["Make {n} stop orders", "生成 {n} 条止付指令"],
  ordered: ["ordered", "已生成指令"],
  why: ["Why", "理由"],
  cut: ["Not followed: {name}, {amount} in {n} payments", "未继续追踪：{name}，{n} 笔共 {amount}"],
  no_limits: ["Nothing was cut off.", "未截断。"],
  reason: ["Why it is followed", "追踪理由"],
});

export const methods = words({
  timestamp: ["by time stamp", "时间戳法"],
  fifo: ["first in, first out", "先进先出"],
  lifo: ["last in, first out", "后进先出"],
  pro_rata: ["pro rata", "比例法"],
  poison: ["poison", "污染法"],
});

export const ends = words({
  cash: ["cash", "取现"],
  merchant: ["merchant", "商户"],
  exchange: ["exchange", "虚拟币兑换"],
  foreign: ["abroad", "境外"],
  gold: ["gold", "黄金"],
  unknown_bank: ["unknown bank", "未知银行"],
  returned: ["returned", "已退回"],
  unseen: ["not seen", "未见"],
});

export const cuts = words({
  depth: ["deeper levels", "超出层级"],
  time: ["outside the time", "超出时间"],
  fan: ["too many payments of one account", "单账户交易过多"],
  edges: ["too many payments", "交易总数过多"],
  events: ["too much to read", "读取量上限"],
  small: ["too small", "金额过小"],
});

export const keys = words({
  ask: ["Follow money", "追踪资金"],
  back: ["Another question", "重新查询"],
  reveal: ["Show unmasked", "查看明文"],
  choose: ["Choose the next account to stop", "选择下一个止付账户"],
  order: ["Make stop orders", "生成止付指令"],
});
