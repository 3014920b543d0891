/* words.ts -- words of the public form of appeal. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Appeal against a restriction", "对惩戒措施的申诉"],
  intro: [
    "For whoever was told that their cards, accounts or services are restricted. No login is needed. Somebody who took no part in the decision looks at it.",
    "适用于被告知电话卡、账户或服务受到限制的本人。无需登录。由未参与原决定的人员复核。",
  ],
  reference: ["Number of the notice", "告知书编号"],
  reference_hint: ["It stands at the head of your copy.", "见告知书首页。"],
  ground: ["What it is about", "申诉事由"],
  disagrees: ["The determination is wrong", "不服认定"],
  not_lifted: ["It has ended, and is still applied", "到期未解除"],
  statement: ["What is wrong, in your words", "请陈述理由"],
  contact: ["Where the answer shall go (may stay empty)", "答复送达方式（可不填）"],
  send: ["Send the appeal", "提交申诉"],
  received: ["It was received. The answer comes in writing, to the address of the notice or the one that you gave.", "已收到。将按告知书地址或您填写的方式书面答复。"],
  to_login: ["For staff: log in", "工作人员登录"],
});
