/* words.ts -- words of the inbox and of one alert. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Alerts", "预警"],
  filter: ["Filter", "过滤"],
  filter_hint: ["grade:>=high typology:mule  ·  等级:>=高", "等级:>=高 类型:mule  ·  grade:>=high"],
  filter_go: ["Filter", "过滤"],
  clear: ["All", "全部"],
  shadow: ["Trial rules, too", "含试运行规则"],
  count: ["{n} loaded", "已载入 {n} 条"],
  all_loaded: ["{n} in all", "共 {n} 条"],
  arrived: ["{n} new", "新增 {n} 条"],
  empty: ["No alerts fit the filter.", "没有符合条件的预警。"],
  time: ["Time", "时间"],
  grade: ["Grade", "等级"],
  score: ["Score", "风险分"],
  typology: ["Type", "类型"],
  subject: ["Subject", "主体"],
  reason: ["Reason", "理由"],
  respond: ["Proposed", "建议处置"],
  rule: ["Rule", "规则"],
  trial: ["trial", "试运行"],
  repeat: ["again", "再次"],
});

export const outcome_words = words({
  open: ["open", "未处理"],
  confirmed: ["it holds", "属实"],
  handed_on: ["handed on", "已转办"],
  false_alarm: ["false alarm", "误报"],
  duplicate: ["known already", "重复"],
});

export const decide_words = words({
  title: ["Decide", "作出结论"],
  title_many: ["Decide {n} alerts", "对 {n} 条预警作出结论"],
  hand_on: ["Hand on", "转办"],
  outcome: ["Outcome", "结论"],
  code: ["Reason", "理由"],
  words: ["In words", "文字说明"],
  undo: ["Undo", "撤销"],
  undo_reason: ["taken back by who decided it", "结论人撤销"],
  sample: ["Among them:", "其中："],
  effect: ["Each gets this outcome and its own entry in the audit log; it can be undone (z).", "每条预警均记录该结论及审计记录；可撤销（z）。"],
  decided: ["{outcome}, by {by}", "{outcome}，{by}"],
  show_decided: ["Decided, too", "含已处理"],
  past_none: ["nobody has decided an alert of this rule yet", "该规则尚无已处理的预警"],
  work_none: ["No work was made of it.", "未由此生成工作项。"],
  work_reason: ["work that was made of the alert", "查看由该预警生成的工作项"],
});

/* Reasons that are given most, by a digit; each is a code of the service's list. */
export const presets = words({
  pattern_holds: ["The evidence holds", "证据成立"],
  known_business: ["False alarm: a merchant or courier", "误报：商户或快递"],
  known_contact: ["False alarm: a known contact", "误报：熟人往来"],
  same_subject: ["Known already: same subject", "重复：同一主体已处理"],
});

export const hand_presets = words({
  to_carrier: ["To the carrier: check the line", "转运营商：核查号码"],
  to_dissuasion: ["To the dissuasion desk", "转劝阻"],
  to_stop: ["To stop payment", "转止付"],
});

export const precision_words = words({
  title: ["How often it was right", "属实率"],
  held: ["right in {share} %: {n} of {all} decided alerts held", "属实率 {share}%：已判定 {all} 条中 {n} 条属实"],
  none: ["nobody has found it right or wrong yet", "尚无属实或误报结论"],
  handed_on: ["{n} handed on", "已转办 {n} 条"],
  days: ["in the last {n} days", "近 {n} 天"],
  wrong: ["{n} of {all} decided alerts of this rule were false alarms, in {days} days", "该规则近 {days} 天已判定的 {all} 条预警中有 {n} 条误报"],
});

export const hold_words = words({
  mine: ["Yours until {at}", "由您处理至 {at}"],
  theirs: ["{who} is looking at it, until {at}", "{who} 正在处理，至 {at}"],
  give_back: ["Give back", "退回"],
  none: ["Nothing open waits that nobody looks at.", "没有无人处理的未处理预警。"],
});

export const view_words = words({
  title: ["Saved views", "已存视图"],
  here: ["View: {name}", "视图：{name}"],
  none: ["No filter has been kept yet.", "尚未保存任何过滤条件。"],
  keep: ["Keep the present filter", "保存当前过滤条件"],
  change: ["Change", "修改"],
  remove: ["Remove", "删除"],
  name: ["Name", "名称"],
  filter_hint: ["kept sealed; without outcome: decided ones belong to it", "加密留存；未写“结论:”时含已处理的预警"],
  share: ["for everybody of my organisation", "本机构共享"],
  shared: ["shared", "共享"],
  own: ["my own", "本人"],
});

export const onward_words = words({
  trace: ["Follow the money", "追踪资金"],
  dissuasion: ["Warn the person", "劝阻当事人"],
  stop_order: ["Order a stop", "提请止付"],
  reveal_notice: [
    "It needs the unmasked subject. That you see it, and why, is written into the audit log.",
    "此操作需要主体明文。查看行为和理由将记入审计日志。",
  ],
  look_reason: ["work on the subject of alert {id}: {reason}", "查询预警 {id} 主体的工作项：{reason}"],
  look: ["Look for work made of it", "查找由此生成的工作项"],
  looked_none: ["No work was found under this alert. Work on its subject is found once the subject is shown unmasked.", "未找到该预警的工作项。查看主体明文后可按主体查找。"],
  log: ["Log of the alert", "预警经过"],
  raised: ["Raised by rule {rule}", "由规则 {rule} 触发"],
  work: ["Work", "工作项"],
  ended: ["ended", "已结束"],
  entry: ["audit {n}", "审计 {n}"],
});

export const action_words = words({
  "alert.decide": ["Decided", "作出结论"],
  "alert.reveal": ["Shown unmasked", "查看明文"],
  "alert.take": ["Taken", "领取"],
  "alert.release": ["Given back", "退回"],
});

export const keys = words({
  views: ["Saved views", "已存视图"],
  keep_view: ["Keep the present filter as a view", "将当前过滤条件存为视图"],
  decide: ["Done: decide", "办结：作出结论"],
  hand_on: ["Escalate: hand on", "升级：转办"],
  undo: ["Undo the last decision", "撤销上次结论"],
  take_next: ["Take the most urgent one that nobody looks at", "领取最紧急且无人处理的一条"],
  give_back: ["Give it back", "退回"],
  work: ["The work made of it", "由此生成的工作项"],
  trace: ["Follow the money", "追踪资金"],
  dissuasion: ["Warn the person: dissuasion", "劝阻当事人"],
  stop_order: ["Stop payment: an order to the bank", "止付：向银行下达指令"],
  down: ["Next row", "下一行"],
  up: ["Row before", "上一行"],
  select: ["Select the row", "选择该行"],
  all: ["Select all loaded", "选择全部已载入"],
  matching: ["Decide all that fit the filter", "对全部符合条件的预警作出结论"],
  none: ["Select none", "取消选择"],
  same: ["Select those of the same rule", "选择同一规则"],
  same_subject: ["Select those of the same subject", "选择同一主体"],
  open: ["Open", "打开"],
  back: ["Back to the list", "返回列表"],
  search: ["Filter", "过滤"],
  newest: ["To the newest", "到最新"],
  previous: ["Alert before", "上一条"],
  next: ["Next alert", "下一条"],
  reveal: ["Show unmasked", "查看明文"],
});

export const one = words({
  evidence: ["Why it was raised", "为什么报警"],
  condition: ["Condition", "条件"],
  value: ["Observed", "实测值"],
  threshold: ["Threshold", "阈值"],
  beyond: ["× threshold", "倍数"],
  needed: ["Without any one of them there is no alert: all must hold.", "各条件缺一不可：全部成立才会报警。"],
  share: ["Where the score {score} comes from", "风险分 {score} 的构成"],
  share_fixed: ["set by the rule, for all conditions together", "规则设定，由全部条件共同决定"],
  share_formula: ["by the rule's formula, from what was seen:", "按规则公式由实测值得出："],
  share_usual: ["usual score: the rule names none, or a value of its formula is unknown", "默认分：规则未设定，或公式中有未知值"],
  share_capped: ["cut to what a score may be", "超出范围，截断"],
  against: ["What speaks against it", "不支持的事实"],
  against_none: ["The rule knows nothing that speaks against it.", "规则未列出不支持的事实。"],
  bounded: ["So much happened that older events were forgotten; the numbers are lower bounds.", "事件过多，较早事件已被遗忘；数值为下限。"],
  next_action: ["Next", "下一步"],
  next_lead: ["Check the line with its carrier: a lead is made by itself.", "向运营商核查该号码：系统自动生成线索。"],
  next_dissuasion: ["Warn the person now: the desk has the item.", "立即劝阻当事人：任务已进入劝阻队列。"],
  next_stop_payment: ["Money is on its way: reach the person and propose a stop.", "资金正在转移：联系当事人并提请止付。"],
  next_watch: ["Watch it; the rule proposes no step of its own.", "持续关注；规则未建议处置。"],
  because: ["because {title}, score {score}", "依据：{title}，风险分 {score}"],
  details: ["Rule and subject", "规则与主体"],
  image: ["rule set", "规则集"],
  merged: ["merged before it", "此前合并"],
  records: ["Records", "相关记录"],
  record_at: ["{file} : {line}", "{file} : {line}"],
  outcome: ["Outcome", "结论"],
  timeline: ["This subject over time", "该主体的时间线"],
  timeline_said: ["{n} alerts on this subject, by time: {lanes}", "该主体按时间的 {n} 条预警：{lanes}"],
  related: ["Same subject and rule elsewhere", "同一主体与同一规则"],
  same_subject: ["Same subject", "同一主体"],
  same_rule: ["Same rule, last 24 hours of alerts", "同一规则，近 24 小时预警"],
  prevalence: ["{n} alerts", "{n} 条预警"],
  at_least: ["{n} or more", "至少 {n}"],
  pseudonym: ["pseudonym", "化名"],
  health: ["Data health", "数据健康"],
  health_ready: ["all checks hold", "全部检查正常"],
  health_not: ["not well: {names}", "异常：{names}"],
  health_lag: ["the record that raised it happened {span} ago", "触发记录发生于 {span}前"],
  missing: ["This alert could not be read.", "无法读取该预警。"],
});

/* What stands around an alert. */
export const around = words({
  title: ["Calls and payments around it", "通话与资金梯形图"],
  axis: ["One axis of time", "同一时间轴"],
  near: ["Only the {n} about the evidence", "只看依据前后 {n} 条"],
  wide: ["{near} about the evidence; show all {n}", "当前为依据前后 {near} 条，显示全部 {n} 条"],
  holder_short: ["pers. {n}", "人员{n}"],
  said: ["{n} records in {lanes} lanes on one axis of time; the table says the same", "{n} 条记录、{lanes} 条泳道，同一时间轴；表格内容相同"],
  keys_hint: ["Records in order of time: arrow keys go from one to the next", "按时间排列的记录：用方向键逐条查看"],
  empty: ["None of its records can be read any more.", "其记录均已无法读取。"],
  time: ["Time", "时间"],
  kind: ["Kind", "类别"],
  sides: ["From → to", "发起方 → 接收方"],
  what: ["What", "内容"],
  device: ["Device, card", "设备与卡"],
  region: ["Region", "区划"],
  position: ["Position", "位置"],
  role: ["Mark", "标注"],
  own: ["evidence", "依据记录"],
  late: ["{span} late", "迟到 {span}"],
  late_some: ["{n} came late: behind what had been read before by five minutes or more", "{n} 条迟到：比此前已到记录晚 5 分钟以上"],
  reverses: ["takes another back", "冲正"],
  others_phone: ["{n} other numbers", "其他 {n} 个号码"],
  others_account: ["{n} other accounts", "其他 {n} 个账户"],
  cash: ["cash", "现金"],
  idle: ["{span} without any of them", "其间 {span} 无记录"],
  gap: ["No {kind} records came from {from} to {until}", "{from} 至 {until} 没有收到{kind}记录"],
  read: ["Read {n} entries back to {from}:", "已回读 {n} 个条目，至 {from}："],
  read_none: ["Nothing around it was read:", "未读取其前后的记录："],
  read_after: ["Behind it read up to {until}; later not looked at.", "其后读至 {until}，更晚未查看。"],
  missing: ["{n} of its records are past retention, or came from files", "其 {n} 条依据记录已过保存期限，或来自文件"],
  left: ["{n} more records of these parties were seen and are not shown", "另有 {n} 条相关记录未显示"],
  times: ["{n} ×", "{n} 笔"],
  money: ["Where the money went", "资金图"],
  money_said: ["Money of {start}, with amount and time; what can be stopped is marked", "{start} 的资金去向（金额与时间），可止付账户已标出"],
  stoppable: ["stoppable {amount}", "可止付 {amount}"],
  stop_account: ["Account to stop", "可止付账户"],
  parties: ["Same number, account, device elsewhere", "同一号码、账户、设备的其他情况"],
  parties_hint: ["Counted in what was read around the alert; the same person: what the registry has under one holder.", "在已回读的记录中统计；“同一人”以登记库为准。"],
  party: ["Party", "相关方"],
  type: ["Type", "类型"],
  imsi: ["SIM card", "手机卡"],
  holder: ["Person", "人员"],
  holder_n: ["person {n}", "人员 {n}"],
  seen: ["Records", "记录数"],
  others: ["With whom", "对端数"],
  alerts: ["Alerts", "预警数"],
  alerts_on: ["{n} alerts on {letter}: show", "查看 {letter} 的 {n} 条预警"],
  at_least: ["{n} or more", "至少 {n}"],
  subject: ["subject", "主体"],
  regions: ["Regions", "区域"],
  regions_said: ["By code: how often, and in which part", "按区划代码：次数与角色"],
  regions_none: ["No region is known of these records.", "这些记录没有区域信息。"],
  records: ["Records", "记录数"],
});

export const kind_words = words({
  call: ["call", "通话"],
  sms: ["message", "短信"],
  sim: ["SIM event", "SIM 卡事件"],
  account: ["account event", "账户事件"],
  payment: ["payment", "支付"],
  report: ["victim's report", "报案"],
});

export const result_words = words({
  answered: ["answered", "接通"],
  busy: ["busy", "忙"],
  no_answer: ["no answer", "无人接听"],
  failed: ["failed", "未接通"],
  blocked: ["blocked", "被拦截"],
});

export const event_words = words({
  activated: ["activated", "开通"],
  swapped: ["SIM swapped", "换卡"],
  suspended: ["suspended", "停机"],
  restored: ["restored", "恢复"],
  cancelled: ["cancelled", "销户"],
  opened: ["opened", "开户"],
  closed: ["closed", "销户"],
  limited: ["limited", "受限"],
});

export const channel_words = words({
  mobile: ["mobile", "手机银行"],
  web: ["web", "网银"],
  counter: ["counter", "柜面"],
  atm: ["ATM", "自动柜员机"],
  pos: ["card terminal", "刷卡机"],
  qr: ["QR code", "扫码"],
});

export const cut_words = words({
  none: ["all there is was looked at.", "已全部查看。"],
  kept: ["older is not kept.", "更早的已过保存期限。"],
  entries: ["older not looked at: so many entries are read at most.", "更早未查看：已达条目上限。"],
  bytes: ["older not looked at: so many bytes are read at most.", "更早未查看：已达读取量上限。"],
  time: ["older not looked at: the time for it was over.", "更早未查看：已达时间上限。"],
  span: ["older than three days not looked at.", "三天以前的未查看。"],
  records: ["older not looked at: enough was found.", "更早未查看：已找到足够记录。"],
  busy: ["not looked at: detection is behind, and comes first.", "未查看：检测积压，优先检测。"],
  damaged: ["older not looked at: the journal cannot be read there.", "更早未查看：日志该处无法读取。"],
});

export const part_words = words({
  calls: ["calling side", "主叫地"],
  called: ["called side", "被叫登记地"],
  pays: ["paying side", "付款方登记地"],
  paid: ["receiving side", "收款方登记地"],
  cash_out: ["cash out", "取现"],
  issued: ["card or account event", "开卡开户地"],
});
