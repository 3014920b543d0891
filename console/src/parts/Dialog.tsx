/* Dialog.tsx -- the browser's own modal dialog: it keeps the focus and gives it back, Escape closes it. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { composing, dialogs } from "../keys";
import { say } from "../tongue";
import { w } from "../words";

interface Props {
  title: string;
  close: () => void;
  children: ComponentChildren;
  wide?: boolean;
  alarming?: boolean;
}

export function Dialog({ title, close, children, wide, alarming }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialogs.value++;
    box.current?.showModal();
    box.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      dialogs.value--;
      if (before instanceof HTMLElement && before.isConnected)
        before.focus();
    };
  }, []);
  return (
    <dialog ref={box} class={`dialog${wide ? " wide" : ""}${alarming ? " alarming" : ""}`} aria-labelledby={id}
      onKeyDown={(event) => event.key === "Escape" && composing(event) && event.preventDefault()}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" onClick={close} aria-label={say(w.close)}>✕</button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
