/* words.ts -- words of tasks of the service. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Tasks", "任务"],
  mine: ["My own", "本人"],
  all: ["Everybody's", "全部"],
  waiting: ["Waiting for a second person", "待第二人批准"],
  others: ["Others", "其他"],
  none: ["There is no task.", "暂无任务。"],
  says: ["{outcome}: {n} alerts", "{outcome}：{n} 条预警"],
  undoes: ["Taken back: {n} alerts", "撤销：{n} 条预警"],
  by: ["by {who}", "{who} 发起"],
  approved: ["approved by {who}", "{who} 批准"],
  left: ["{n} left as they were", "{n} 条未执行"],
  shown: ["the first {n} of them", "显示前 {n} 条"],
  sample: ["Among them", "其中"],
  grades: ["By grade", "按等级"],
  rules: ["By rule", "按规则"],
  held: ["{n} of them are being looked at by somebody else", "其中 {n} 条他人正在处理"],
  ungraded: ["no grade", "未分级"],
  filter: ["Filter", "过滤条件"],
  reason: ["Reason", "理由"],
  look: ["Details", "详情"],
  needs: ["These are more than {n}: a second person (duty or supervisor) must approve.", "超过 {n} 条：须由第二人（值班员或主管）批准。"],
  alone: ["It begins at once. It goes on when this page is closed, can be paused, and taken back.", "将立即执行；关闭页面后继续，可暂停、可撤销。"],
  waits: ["It waits for a second person.", "等待第二人批准。"],
  counting: ["counting …", "正在统计…"],
  matching: ["{n} alerts in all fit the filter", "共有 {n} 条预警符合过滤条件"],
});

export const states = words({
  proposed: ["waits for approval", "待批准"],
  running: ["running", "执行中"],
  paused: ["paused", "已暂停"],
  done: ["done", "已完成"],
  cancelled: ["cancelled", "已取消"],
});

export const acts = words({
  approve: ["Approve", "批准"],
  pause: ["Pause", "暂停"],
  resume: ["Go on", "继续"],
  cancel: ["Cancel", "取消"],
  undo: ["Undo", "撤销"],
  retry: ["Try those again", "重试未执行项"],
});

export const whys = words({
  person: ["somebody paused it", "由人工暂停"],
  owner: ["whoever began it may no longer decide", "发起人已无权作出结论"],
});
