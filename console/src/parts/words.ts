/* words.ts -- words of forms, steps and logs, which are made from what a kind of work says of itself. */
/* SPDX-License-Identifier: Apache-2.0 */
import { law_words } from "../law_words";
import { type Pair, words } from "../tongue";

export const fw = words({
  choose: ["choose …", "请选择…"],
  list_hint: ["one on each line", "每行一项"],
  moment_hint: ["local time", "本地时间"],
  amount_hint: ["like 1234.50", "如 1234.50"],
  place_hint: ["region code, 2 to 12 digits", "行政区划代码，2 至 12 位"],
  phone_hint: ["like +8613800138000", "如 +8613800138000"],
  optional: ["Optional fields", "选填字段"],
});

export const nw = words({
  choose: ["choose …", "请选择…"],
  with_id: ["{name} ({id})", "{name}（{id}）"],
  with_roles: ["{name}, {roles} ({id})", "{name}，{roles}（{id}）"],
  people: ["people of this organisation", "本机构人员"],
});

/* Kinds of organisations. */
export const kind_words = words({
  centre: ["anti-fraud centre", "反诈中心"],
  police: ["police", "公安机关"],
  carrier: ["carrier", "电信业务经营者"],
  bank: ["bank", "银行业金融机构"],
  payment: ["payment institution", "非银行支付机构"],
  internet: ["internet company", "互联网服务提供者"],
  regulator: ["supervising authority", "监管部门"],
});

export const tw = words({
  shown: ["{n} of {all}", "显示 {n} / {all}"],
  narrow: ["Narrow down: {label}", "筛选：{label}"],
  narrow_hint: ["narrow down …", "筛选…"],
  none: ["Nothing has these words.", "没有符合的行。"],
});

export const sw = words({
  steps: ["Steps", "办理步骤"],
  none_left: ["Nothing can be done here in this state.", "当前状态下无可办理步骤。"],
  blocked_role: ["for: {roles}", "限：{roles}"],
  blocked_held: ["take it first", "请先领取"],
  blocked_asking: ["waits for a second person", "等待第二人审批"],
  for_two: ["a second person approves it", "须第二人审批"],
  after: ["done at once; a second person confirms it", "立即执行，事后由第二人确认"],
  then: ["→ {state}", "→ {state}"],
  asking: ["{step}: asked by {by}", "{step}：由 {by} 提出"],
  asking_done: ["{step}: done by {by}, to be confirmed", "{step}：由 {by} 先行执行，待确认"],
  until: ["until the request ends", "申请有效期"],
  approve: ["Approve", "同意"],
  decline: ["Decline", "不同意"],
  withdraw: ["Take it back", "撤回"],
  digest: ["Content {digest}", "内容摘要 {digest}"],
  done: ["Done: {step}.", "已完成：{step}。"],
  asked: ["Asked; a second person must approve.", "已提交，等待第二人审批。"],
});

export const lw = words({
  log: ["Log", "经过"],
  empty: ["Nothing yet.", "暂无记录。"],
  machine: ["the system", "系统"],
  audit: ["audit {n}", "审计 {n}"],
  version: ["version {n}", "版本 {n}"],
  brought: ["with {fields}", "填写：{fields}"],
  asked_by: ["asked by {by}", "提出人 {by}"],
  added: ["made", "新建"],
  joined: ["another one joined it", "并入另一报告"],
  step: ["step", "步骤"],
  fired: ["clock ran out", "时限到期"],
  alarm: ["reminder", "到期提醒"],
  asked: ["asked for a second person", "提请第二人审批"],
  approved: ["approved", "第二人同意"],
  confirmed: ["confirmed", "已确认"],
  declined: ["declined", "第二人不同意"],
  withdrawn: ["taken back by who asked", "申请人撤回"],
  voided: ["void: the content changed", "内容变化，申请失效"],
  expired: ["the request ended", "申请过期"],
  taken_back: ["undone", "已撤销"],
  unconfirmed: ["not confirmed in time", "未及时确认"],
  taken: ["taken", "领取"],
  released: ["given back", "退回队列"],
  lease_ended: ["lease ended", "租约到期"],
  handed_over: ["handed over", "移交"],
  dispatched: ["dispatched", "派往"],
  sent: ["sent", "送出"],
  ranked: ["priority changed", "调整优先级"],
  merged: ["merged", "合并"],
  merged_away: ["merged into another", "并入他项"],
  split: ["split", "拆分"],
  linked: ["linked", "建立关联"],
  noted: ["note", "备注"],
  attached: ["attachment", "附件"],
  revealed: ["looked at unmasked", "查看明文"],
  forgotten: ["forgotten", "已遗忘"],
});

export const pw = words({
  of: ["{done} of {all}", "{done} / {all}"],
  rate: ["{n} a second", "每秒 {n} 项"],
  left: ["{span} left", "剩余 {span}"],
  stop: ["Stop", "停止"],
  stopped: ["stopped", "已停止"],
  done: ["done", "已完成"],
  failed: ["{n} failed", "{n} 项失败"],
  retry: ["Try the failed ones again", "重试失败项"],
});

/* Columns of lists, and what may stand in them if that is known: by field and column. */
export const rw = words({ choose: ["choose …", "请选择…"], now: ["Now", "现在"] });

export const column_words = words({
  id: ["number", "编号"],
  sha256: ["SHA-256", "SHA-256"],
  what: ["what it is", "内容"],
  where: ["where it is", "存放处"],
  item: ["item", "事项"],
  phone: ["phone number", "电话号码"],
  imei: ["IMEI", "IMEI"],
  account: ["account", "账号"],
  bank: ["bank", "银行"],
  key: ["item", "检查项"],
  result: ["result", "结果"],
  fact: ["what was found", "情况"],
  name: ["name", "名称"],
  value: ["value", "值"],
  at: ["time", "时间"],
  amount: ["amount", "金额"],
  other: ["other side", "对方"],
  type: ["type", "类型"],
  state: ["state", "状态"],
  balance: ["balance", "余额"],
  share: ["share", "返还金额"],
  object: ["of what", "对象"],
  restriction: ["restriction", "限制"],
  exceptions: ["stays allowed", "保留"],
  article: ["article", "条款"],
  mark: ["how sure", "可信度"],
});

export const result_words = words({ pass: ["passed", "符合"], breach: ["breach", "违反"], none: ["not looked at", "未检查"] });
export const said_words = words({
  basis: ["the basis", "依据"], term: ["the term", "期限"], measures: ["the measures", "惩戒措施"], right_of_appeal: ["the right of appeal", "申诉权利"],
});

export const noticed_words = words({ facts: ["the facts", "事实"], reason: ["the reasons", "理由"], basis: ["the basis", "依据"], rights: ["the rights", "权利"] });

export const row_choices: Record<string, Record<string, Pair>> = {
  "sanction.said.item": said_words, "penalty.said.item": noticed_words, "inspection.draft.result": result_words, "inspection.findings.result": result_words,
  ...Object.fromEntries(["sanction.for_bank", "sanction.for_payment", "sanction.for_carrier", "sanction.for_internet", "sanction.for_regulator", "sanction_order.measures"]
    .flatMap((field) => ["object", "restriction", "exceptions"].map((column) => [`${field}.${column}`, law_words]))),
};
