/* words.ts -- words of the rules' book. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Rules", "规则"],
  version: ["Version {n}", "版本 {n}"],
  versions: ["Versions", "版本"],
  number: ["Version", "版本"],
  state: ["State", "状态"],
  author: ["Handed in by", "提交人"],
  decider: ["Decided by", "审批人"],
  note: ["What changes, and why", "变更内容与理由"],
  submitted: ["Handed in", "提交时间"],
  effective: ["In force since", "生效时间"],
  image: ["Image", "摘要"],
  files: ["Files", "文件"],
  file: ["File", "文件"],
  edit: ["Write a new version from this one", "以此为基础编写新版本"],
  submit: ["Hand in", "提交"],
  path: ["Name of the file", "文件名"],
  add_file: ["Add a file", "添加文件"],
  checking: ["Checking …", "检查中…"],
  sound: ["The rules are sound. Image {image}", "规则有效。摘要 {image}"],
  faults: ["{n} to mend", "{n} 处需修改"],
  warnings: ["{n} to look at", "{n} 处请留意"],
  live: ["Let in, live", "批准上线"],
  shadow: ["Let in as shadow", "批准影子运行"],
  reject: ["Say no", "驳回"],
  retire: ["End the shadow", "结束影子运行"],
  changes: ["Against what is in force", "与现行版本的差异"],
  no_changes: ["No line differs.", "内容无差异。"],
  scenes: ["Play scenes", "演练场景"],
  scenes_text: ["Scenes, as docs/scene.md describes them", "场景文本，格式见 docs/scene.md"],
  play: ["Play", "演练"],
  played: ["{passed} of {n} passed", "{n} 个场景通过 {passed} 个"],
  passed: ["passed", "通过"],
  failed: ["failed", "未通过"],
  empty: ["No version yet.", "尚无版本。"],
  of_folder: ["as shipped", "出厂规则"],
});

export const states = words({
  submitted: ["waits for the second person", "待第二人审批"],
  approved: ["let in", "已批准"],
  live: ["live", "上线"],
  shadow: ["shadow", "影子运行"],
  rejected: ["refused", "已驳回"],
  retired: ["retired", "已退役"],
  replaced: ["replaced", "已替换"],
});

export const keys = words({
  edit: ["Write a new version", "编写新版本"],
  back: ["Back to the versions", "返回版本列表"],
  submit: ["Hand in", "提交"],
});
