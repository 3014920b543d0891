/* words.ts -- words of the desk that warns people.  What is said to them stands in the service's own
 * list (src/casework/dissuasion/scripts.inc) and not here. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  view_open: ["All open", "全部未结"],
  view_new: ["Not contacted yet", "待联系"],
  view_contacting: ["Being contacted", "联系中"],
  view_unreached: ["Not reached", "未联系上"],
  view_follow: ["Follow-up due", "待回访"],
  view_holds: ["Protective holds", "保护性限制"],
  grade: ["Grade", "等级"],
  person: ["Person", "当事人"],
  phone: ["Number", "联系电话"],
  scam: ["Scam", "诈骗类型"],
  at_risk: ["At risk", "涉险金额"],
  on_call: ["on a call NOW", "正在通话"],
  basis: ["Legal basis", "法律依据"],
  account: ["Account", "账户"],

  contact: ["Contact", "联系"],
  script: ["What to say", "话术"],
  by: ["By what way", "联系方式"],
  for_scam: ["for {scam}", "适用：{scam}"],
  checklist: ["Four looks, three questions, one protection", "四看、三问、一保护"],
  look_1: ["Look at the calls.", "看通话记录。"],
  look_2: ["Look at the messages.", "看短信。"],
  look_3: ["Look at the chats and programmes.", "看聊天和应用程序。"],
  look_4: ["Look at the transfers.", "看转账记录。"],
  ask_1: ["Ask who wants the money.", "问是谁让付款。"],
  ask_2: ["Ask whether they ever met.", "问是否见过对方。"],
  ask_3: ["Ask what was promised or threatened.", "问对方承诺或威胁了什么。"],
  protect: ["Protect: end the contact, keep the evidence, tell the bank if money has gone.", "保护：中断联系，保留证据，已付款的立即联系银行。"],

  actions: ["Now", "当前操作"],
  outcome: ["Outcome, in two keys", "登记结果（两键）"],
  tries: ["What came of the try", "本次联系结果"],
  follow: ["Follow-up after seven days", "七日回访"],
  recorded: ["Recorded: {what}.", "已登记：{what}。"],
  take_first: ["Take it first (l): somebody must hold it.", "请先领取（l）。"],
  nothing_now: ["No contact step in this state.", "当前状态无联系步骤。"],
  contact_by: ["{way}: begin", "{way}：开始联系"],
  reached: ["Reached", "已联系上"],

  timeline: ["Time line of the person", "当事人时间线"],
  everything: ["All about this person", "查看当事人全部事项"],
  everything_notice: ["The number is shown to the service to find every item that holds it; the reason is written into the audit log.", "将以该号码查找所有相关事项；理由将记入审计日志。"],
  found: ["{n} items hold this number", "{n} 项含该号码"],
  no_phone: ["No number is known to look for.", "无可查找的号码。"],

  hold: ["Protective hold", "保护性限制"],
  no_hold: ["None. It needs a legal basis and the notice that the person gets.", "无。须有法律依据并告知当事人。"],
  new_hold: ["Ask for a hold", "提请限制"],
  objects: ["It ends with its term, and at once when the person objects.", "期满自动解除；当事人申诉的立即解除。"],
});

export const keys = words({
  way: ["Contact by: {way}", "联系方式：{way}"],
  reach: ["The person was reached", "已联系上"],
  sign: ["Sign for it", "签收"],
  everything: ["All about this person", "查看当事人全部事项"],
  hold: ["Ask for a protective hold", "提请保护性限制"],
});
