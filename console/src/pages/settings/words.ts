/* words.ts -- words of the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
import { words } from "../../tongue";

export const w = words({
  title: ["Settings", "设置"],
  look: ["Language and look", "语言与外观"],
  tongue: ["Language", "语言"],
  browser: ["as the browser", "跟随浏览器"],
  english: ["English", "English"],
  chinese: ["中文", "中文"],
  theme: ["Theme", "主题"],
  system: ["as the system", "跟随系统"],
  light: ["light", "浅色"],
  dark: ["dark", "深色"],
  contrast: ["high contrast", "高对比度"],
  keys: ["Keys", "快捷键"],
  keys_on: ["Single keys do something", "启用单键快捷键"],
  keys_hint: [
    "They rest while you type and while an input method composes. Each can be put elsewhere: type one key, or two with a blank between them.",
    "输入文字或输入法组词时不触发。每个按键均可改：输入一个键，或以空格分隔的两个键。",
  ],
  usual: ["As delivered", "恢复默认"],
  taken: ["also: {other}", "与“{other}”重复"],
  key_of: ["Key for {what}", "“{what}”的按键"],
  about: ["What this browser keeps", "浏览器保存的内容"],
  about_hint: [
    "Only the choices on this page. No name, number or alert is ever written into the browser's storage.",
    "仅保存本页的选择。姓名、号码、预警等均不写入浏览器存储。",
  ],
});
