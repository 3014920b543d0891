/* words.ts -- words of the frame and of parts that several pages use. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "./tongue";

export const w = words({
  product: ["Cutline", "Cutline 反诈"],
  skip: ["Skip to the page", "跳到正文"],
  navigation: ["Pages", "导航"],
  home: ["Home", "首页"],
  log_out: ["Log out", "退出"],
  settings: ["Settings", "设置"],
  help: ["Keys", "快捷键"],
  palette: ["Go to or do …", "转到或执行…"],
  palette_hint: ["Ctrl-K", "Ctrl-K"],
  nothing_found: ["Nothing found.", "没有找到。"],
  loading: ["Loading …", "加载中…"],
  close: ["Close", "关闭"],
  cancel: ["Cancel", "取消"],
  confirm: ["Confirm", "确认"],
  save: ["Save", "保存"],
  send: ["Send", "提交"],
  back: ["Back", "返回"],
  retry: ["Try again", "重试"],
  more: ["More", "更多"],
  yes: ["yes", "是"],
  no: ["no", "否"],
  none: ["none", "无"],
  reason: ["Reason", "理由"],
  reason_hint: ["It is written into the audit log.", "将记入审计日志。"],
  reason_missing: ["Please give a reason.", "请填写理由。"],
  required: ["required", "必填"],
  not_allowed: ["Your role does not include this page.", "您的角色无权查看此页面。"],
  no_page: ["There is no such page.", "页面不存在。"],
  role_is: ["Roles: {roles}", "角色：{roles}"],
  page_failed: ["This page could not be loaded.", "页面加载失败。"],
  table_twin: ["As a table", "以表格显示"],
  chart_twin: ["As a chart", "以图形显示"],
  rows_count: ["{n} rows", "{n} 行"],
  row_of: ["Row {n} of {all}", "第 {n} 行，共 {all} 行"],
  selected_count: ["{n} selected", "已选 {n} 项"],
  masked: ["masked", "已脱敏"],
  keys_off: ["Single keys are turned off.", "单键快捷键已关闭。"],
  go_page: ["Go to {page}", "转到“{page}”"],
  show_help: ["Show the keys", "显示快捷键"],
  command: ["Command", "命令"],
  copied: ["Copied.", "已复制。"],
  copy: ["Copy", "复制"],
  live: ["live", "实时"],
  not_live: ["reconnecting", "重新连接中"],
  tasks: ["Tasks", "任务"],
});

export const reveal_words = words({
  ask: ["Show unmasked", "查看明文"],
  title: ["Show unmasked values", "查看明文"],
  notice: [
    "What you see and why is written into the audit log. It is hidden again after {n} seconds.",
    "查看的内容和理由将记入审计日志，{n} 秒后自动隐藏。",
  ],
  left: ["visible for {n} s", "明文显示剩余 {n} 秒"],
  hide: ["Hide now", "立即隐藏"],
});

export const clock_words = words({
  idle: ["not started", "未开始"],
  running: ["running", "计时中"],
  met: ["answered", "已办结"],
  expired: ["expired", "已逾期"],
  paused: ["paused", "已暂停"],
  left: ["{span} left", "剩余 {span}"],
  over: ["{span} over", "逾期 {span}"],
  late: ["{span} late", "迟 {span}"],
  due: ["due {moment}", "截止 {moment}"],
  said_left: ["{name}: {span} left", "{name}：剩余 {span}"],
  said_over: ["{name}: the time is over", "{name}：时限已到"],
});

export const problem_words = words({
  title: ["That did not work", "操作未完成"],
  unreachable: ["The service does not answer.", "服务无应答。"],
  detail: ["Details", "详情"],
  next: ["What to do", "下一步"],
});

/* What to do next, for problems that people can do something about. */
export const problem_next = words({
  unreachable: ["Check the network; the page keeps what you typed.", "请检查网络；已填写的内容会保留。"],
  version_changed: ["Somebody changed it meanwhile. It was read again; look at it and repeat.", "其间已被他人更改。已重新读取，请核对后再试。"],
  conflict: ["Its state has changed. Read it again.", "状态已变化，请重新读取。"],
  own_word: ["Ask a colleague: the second person must be somebody else.", "请由其他同事审批：不得审批本人提交的内容。"],
  forbidden: ["Ask somebody with the role for it, or your administrator.", "请由有权限的人员办理，或联系管理员。"],
  too_fast: ["Wait a moment and try again.", "请稍候再试。"],
  too_much: ["Wait a moment and try again.", "请稍候再试。"],
  too_many_tries: ["Wait {n} seconds before you try again.", "请等待 {n} 秒后再试。"],
  reveal_limit: ["Wait, or ask your supervisor; the limit is for each person and hour.", "请稍候或联系主管；每人每小时有查看上限。"],
  value_refused: ["Correct the value that is named and send it again.", "请更正所指的值后重新提交。"],
  filter_malformed: ["Correct the filter at the column that is named; ? shows its language.", "请更正所指列处的过滤条件；按 ? 查看语法。"],
  not_found: ["It does not exist, or belongs to another organisation.", "不存在，或属于其他机构。"],
  login_refused: ["Check all three; a code works once, so wait for the next one if you used it.", "请核对三项；动态口令只能用一次，用过请等待下一个。"],
  password_refused: ["Choose a longer one.", "请换一个更长的密码。"],
  broken: ["Try again; if it stays so, tell the operator the time of day.", "请重试；如仍失败，请将时间告知运维员。"],
  unavailable: ["This part is not running here. Ask the operator.", "该功能未在此运行，请联系运维员。"],
  step_up_needed: ["Show your second factor and repeat.", "请出示动态口令后重试。"],
  disk_full: ["Tell the operator: the disk is nearly full.", "请告知运维员：磁盘空间不足。"],
});

export const tour_words = words({
  title: ["Tour, {n} of {all}", "导览 {n}/{all}"],
  whose: ["as {role}", "以{role}身份"],
  other: ["Log in as {login} for this step.", "本步骤请以 {login} 登录。"],
  open: ["Open {page}", "打开“{page}”"],
  back: ["Back", "上一步"],
  next: ["Next", "下一步"],
  away: ["Put the tour away", "收起导览"],
  again: ["Tour", "导览"],
});

/* Who acts in the demo, where that is no role. */
export const login_words = words({
  city: ["the city's head (city)", "市级主管（city）"],
});

export const role_words = words({
  engineer: ["detection engineer", "规则工程师"],
  analyst: ["analyst", "研判员"],
  duty: ["duty desk", "值班员"],
  supervisor: ["supervisor", "主管"],
  auditor: ["auditor", "审计员"],
  operator: ["site operator", "运维员"],
  administrator: ["administrator", "管理员"],
  liaison: ["liaison", "联络员"],
  statistician: ["statistician", "统计员"],
  service: ["service", "服务账号"],
});

/* Values that alerts and work share. */
export const grade_words = words({
  low: ["low", "低"],
  medium: ["medium", "中"],
  high: ["high", "高"],
  extreme: ["extreme", "特高"],
});

export const typology_words = words({
  gateway: ["SIM gateway", "GoIP 网关"],
  relay: ["call relay", "呼叫中转"],
  scam_caller: ["scam caller", "诈骗主叫"],
  scam_sms: ["scam SMS", "诈骗短信"],
  wangiri: ["one-ring call", "响一声"],
  mule: ["mule account", "涉诈账户"],
  cash_out: ["cash-out", "取现"],
  victim: ["victim", "潜在受害人"],
  runner: ["runner", "跑分车手"],
});

/* Words that fields of work hold, where they are common to many kinds. */
export const value_words = words({
  hotline: ["hotline", "96110 热线"],
  alert: ["alert", "预警"],
  province: ["province", "省级下发"],
  hand: ["by hand", "人工录入"],
  bank: ["bank", "银行"],
  carrier: ["carrier", "运营商"],
  sms: ["SMS", "短信"],
  flash_sms: ["flash SMS", "闪信"],
  voice: ["voice", "语音"],
  phone: ["phone", "电话"],
  criminal_procedure: ["criminal procedure", "刑事诉讼"],
  anti_fraud_law: ["anti-fraud law", "反诈法"],
  emergency: ["emergency", "紧急"],
  fraud_lead: ["fraud lead", "涉诈线索"],
  victim_rescue: ["rescue of a victim", "受害人劝阻"],
  clearing: ["clearing", "排查"],
});

export const respond_words = words({
  lead: ["lead", "线索核查"],
  dissuasion: ["dissuasion", "劝阻"],
  stop_payment: ["stop payment", "止付"],
  watch: ["watch", "关注"],
});

export const subject_words = words({
  phone: ["phone", "电话号码"],
  imei: ["device", "设备"],
  account: ["account", "账户"],
  person: ["person", "人员"],
  device: ["device", "设备"],
});

export const unit_words = words({
  days: ["{n} d", "{n} 天"],
  hours: ["{n} h", "{n} 小时"],
  minutes: ["{n} min", "{n} 分"],
  seconds: ["{n} s", "{n} 秒"],
});

export const money_words = words({
  yuan: ["CNY {n}", "{n} 元"],
  other: ["{currency} {n}", "{currency} {n}"],
  wan: ["{n} ten thousand", "{n} 万"],
  yi: ["{n} hundred million", "{n} 亿"],
});
