/* words.ts -- words of cases, victims, suspects and handovers. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  view_cases: ["Cases", "案件"],
  view_victims: ["Victims", "被害人"],
  view_suspects: ["Suspects", "嫌疑人"],
  view_handovers: ["Batches handed over", "移交批次"],
  number: ["Number", "编号"],
  title: ["Case", "案由"],
  scam: ["Scam", "诈骗类型"],
  organ: ["Organ", "办案单位"],
  loss: ["Loss", "损失"],
  name: ["Name", "姓名"],
  returned: ["Given back", "已返还"],
  role: ["Role", "角色"],
  state: ["State", "状态"],
  attributes: ["Attributes", "属性"],
  counterpart: ["From", "移交方"],
  persons: ["Persons", "人数"],
  at: ["When", "时间"],

  victims: ["Victims", "被害人"],
  suspects: ["Suspects", "嫌疑人"],
  others: ["Leads, stops, returns and the rest", "关联线索、止付、返还等"],
  none_victims: ["No victim is entered yet.", "尚未登记被害人。"],
  none_suspects: ["No suspect is entered yet.", "尚未登记嫌疑人。"],
  none_others: ["Nothing is linked yet. Choose rows in a queue with x, then w.", "暂无关联。可在队列中按 x 选择，再按 w 并案。"],
  add_victim: ["Add a victim", "登记被害人"],
  add_suspect: ["Add a suspect", "登记嫌疑人"],
  overlap: ["Attributes of suspects: they overlap and are never added up", "嫌疑人属性：各项可重叠，不得相加"],
  attribute: ["Attribute", "属性"],
  count: ["Suspects", "人数"],
  batch: ["Who came with the batch", "移交人员"],
  batch_count: ["listed {n}, told {m}", "名单 {n} 人，通报 {m} 人"],
  make: ["Make a case of it", "立为案件线索"],
  make_many: ["Make a case of these", "合并为一案"],
  linking: ["Linking {n} with the case", "正在关联 {n} 项"],
});

export const keys = words({
  make: ["Make a case of it", "立为案件线索"],
  victim: ["Add a victim", "登记被害人"],
  suspect: ["Add a suspect", "登记嫌疑人"],
});
