/* words.ts -- words of logging in, enrolling and the second factor. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  chinese: ["中文", "中文"],
  english: ["English", "English"],
  title: ["Log in", "登录"],
  login: ["Login", "用户名"],
  password: ["Password", "密码"],
  code: ["Code of your authenticator", "动态口令"],
  code_hint: ["Six digits; each works once.", "六位数字，每个只能用一次。"],
  go: ["Log in", "登录"],
  to_enrol: ["I have a one-time code", "我有一次性注册码"],
  to_login: ["Back to the login", "返回登录"],
  ended: ["Your session has ended. Log in again to go on; the page behind is kept.", "会话已结束，请重新登录；页面内容已保留。"],
  enrol: ["Enrol", "注册"],
  enrol_hint: [
    "Your administrator gave you a code that works once; the first one was printed when the service started.",
    "注册码由管理员提供，仅可使用一次；首个注册码在服务首次启动时打印。",
  ],
  one_time: ["One-time code", "一次性注册码"],
  new_password: ["New password", "新密码"],
  password_hint: ["12 characters or more.", "至少 12 个字符。"],
  first: ["I am the first administrator of this installation", "我是本系统的首位管理员"],
  name: ["Name", "姓名"],
  organisation: ["Organisation", "机构名称"],
  kind: ["Kind of organisation", "机构类别"],
  level: ["Level", "级别"],
  enrolled: ["Put this key into your authenticator now", "请立即将此密钥录入身份验证器"],
  enrolled_hint: ["It is shown once. Then log in with a code that it makes.", "仅显示一次。录入后用其生成的动态口令登录。"],
  key: ["Key", "密钥"],
  uri: ["Open in an authenticator on this device", "在本机验证器中打开"],
  written: ["I have it; log in", "已录入，去登录"],
  step_up: ["Show your second factor again", "请再次出示动态口令"],
  step_up_hint: ["This action asks for it; it holds for ten minutes.", "该操作要求再次验证，有效期十分钟。"],
  go_on: ["Go on", "继续"],
});

export const level_words = words({
  none: ["none", "无"],
  county: ["county", "县级"],
  city: ["districted city", "设区的市级"],
  province: ["province", "省级"],
  ministry: ["ministry", "部级"],
});
