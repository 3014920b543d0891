/* words.ts -- words of the audit log. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Audit", "审计"],
  actor: ["Who", "操作者"],
  action: ["Did what", "操作"],
  object: ["To what", "对象"],
  time: ["When", "时间"],
  outcome: ["Outcome", "结果"],
  reason: ["Why", "理由"],
  detail: ["Detail", "详情"],
  sequence: ["Number", "序号"],
  organisation: ["Organisation", "机构"],
  search: ["Search", "检索"],
  prove: ["Prove it here", "在本机验证"],
  proving: ["Computing …", "计算中…"],
  empty: ["Nothing was found.", "没有找到。"],
  entry_fits: ["What is proved is what is shown.", "所验证的即所显示的条目。"],
  path_fits: ["Its hash leads to the root of the checkpoint ({size} entries).", "其哈希可推至检查点的根（{size} 条）。"],
  signed: ["The checkpoint is signed by the key of this log.", "检查点由本日志密钥签名。"],
  unsigned: ["This browser cannot check Ed25519; compare the root elsewhere.", "此浏览器不支持 Ed25519，请在他处核对根哈希。"],
  broken: ["It does not fit: keep this page, and call whoever holds other checkpoints.", "不一致：请保留此页，并联系持有其他检查点的单位。"],
  fits: ["It holds.", "验证通过。"],
  root: ["Root", "根哈希"],
  what: [
    "Computed by this page from docs/audit.md, not by the service: leaf, path and signature. Hold the root against a checkpoint that somebody else keeps.",
    "由本页按 docs/audit.md 自行计算叶哈希、路径和签名，不依赖服务端。请与他人保存的检查点比对根哈希。",
  ],
});

export const keys = words({
  down: ["Next row", "下一行"],
  up: ["Row before", "上一行"],
  prove: ["Prove the entry", "验证条目"],
  search: ["Search", "检索"],
});
