/* Graph.tsx -- who paid whom, drawn by Cytoscape, which is loaded when the first graph is.
 *
 * Nodes stand in columns by level, so a layout is computed at once and is the same each time; the graph
 * is a picture beside its table, never the only way to something.  It draws whatever it is given: who has
 * thousands folds them first (pages/money/fold.ts). */
/* SPDX-License-Identifier: Apache-2.0 */
import type { Core, ElementDefinition } from "cytoscape";
import { useEffect, useRef } from "preact/hooks";
import { useCell } from "../cell";
import { liking } from "../settings";
import { Twin, type TwinTable } from "./Twin";

export interface Node {
  id: string;
  says: string;
  level: number;
  /* "start", "stoppable", "stopped", "end" … a class of theme colours */
  tone?: "start" | "good" | "warn" | "bad" | "fold";
  /* It stands there and is not seen well: its time has not come. */
  later?: boolean;
}

export interface Edge {
  from: string;
  to: string;
  says: string;
  weight?: number;
  later?: boolean;
}

interface Props {
  label: string;
  nodes: Node[];
  edges: Edge[];
  table: TwinTable;
  height?: number;
  chosen?: string | null;
  choose?: (id: string) => void;
  note?: string;
}

const ROW = 36, COLUMN = 230;

function elements(nodes: Node[], edges: Edge[]): ElementDefinition[] {
  const rows = new Map<number, number>(), heaviest = Math.max(1, ...edges.map(({ weight }) => weight ?? 1));
  return [
    ...nodes.map(({ id, says, level, tone, later }) => {
      const row = rows.get(level) ?? 0;
      rows.set(level, row + 1);
      return { data: { id, says }, position: { x: level * COLUMN, y: row * ROW }, classes: `${tone ?? ""} ${later ? "later" : ""}` };
    }),
    ...edges.map(({ from, to, says, weight, later }, at) => ({
      data: { id: `edge ${at}`, source: from, target: to, says, width: 1 + (5 * (weight ?? 1)) / heaviest }, classes: later ? "later" : "",
    })),
  ];
}

/* Everything that is drawn, anew, in the picture that stands; it is fitted in if other things are drawn. */
function redraw(core: Core, nodes: Node[], edges: Edge[], fit: boolean): void {
  core.batch(() => {
    core.elements().remove();
    core.add(elements(nodes, edges));
  });
  if (fit)
    core.fit(undefined, 20);
}

/* Cytoscape writes a style of its own into the page, unless one of this name is there: our policy allows
 * none, and the one line of it stands in theme.css. */
function style_known(): void {
  const id = "__________cytoscape_stylesheet";
  if (document.getElementById(id) === null)
    document.head.append(Object.assign(document.createElement("template"), { id }));
}

function Drawing({ nodes, edges, height, label, chosen, choose }: Props) {
  const box = useRef<HTMLDivElement>(null), core = useRef<Core | null>(null), pick = useRef(choose);
  const theme = useCell(liking).theme;
  const newest = useRef({ nodes, edges }), shown = useRef("");
  pick.current = choose;
  newest.current = { nodes, edges };
  useEffect(() => {
    let gone = false;
    void import("cytoscape").then(({ default: cytoscape }) => {
      const node = box.current;
      if (gone || node === null)
        return;
      style_known();
      const style = getComputedStyle(node), colour = (name: string) => style.getPropertyValue(name).trim();
      const tone = (name: string, of: string) => ({ selector: `.${name}`, style: { "background-color": colour(of) } });
      const drawn = newest.current;
      shown.current = drawn.nodes.map(({ id }) => id).join();
      core.current = cytoscape({
        container: node, elements: elements(drawn.nodes, drawn.edges), layout: { name: "preset", fit: true, padding: 20 },
        pixelRatio: 1, wheelSensitivity: 0.3,
        style: [
          { selector: "node", style: { label: "data(says)", "font-size": 12, color: colour("--ink"), "background-color": colour("--series-1"), width: 16, height: 16, "text-valign": "bottom", "text-margin-y": 3, "min-zoomed-font-size": 7 } },
          { selector: "edge", style: { label: "data(says)", "font-size": 10, color: colour("--ink-soft"), width: "data(width)", "line-color": colour("--line-strong"), "target-arrow-color": colour("--line-strong"), "target-arrow-shape": "triangle", "curve-style": "bezier", "min-zoomed-font-size": 8 } },
          tone("start", "--series-1"), tone("good", "--good"), tone("warn", "--warn"), tone("bad", "--bad"),
          { selector: ".fold", style: { "background-color": colour("--ink-soft"), shape: "round-rectangle", width: 22, height: 12 } },
          { selector: ".later", style: { opacity: 0.15 } },
          { selector: ":selected", style: { "border-width": 3, "border-color": colour("--focus") } },
        ],
      });
      core.current.on("tap", "node", (event) => pick.current?.(String(event.target.id())));
    });
    return () => {
      gone = true;
      core.current?.destroy();
      core.current = null;
    };
  }, [theme]);
  useEffect(() => {
    if (core.current === null)
      return;
    const now = nodes.map(({ id }) => id).join();
    redraw(core.current, nodes, edges, now !== shown.current);
    shown.current = now;
  }, [nodes, edges]);
  useEffect(() => {
    core.current?.elements().unselect();
    if (chosen)
      core.current?.getElementById(chosen).select();
  }, [chosen, nodes, edges]);
  return <div ref={box} class="graph" role="img" aria-label={label} style={{ height: `${height ?? 320}px` }} />;
}

export function Graph(props: Props) {
  return <Twin label={props.label} table={props.table} note={props.note}><Drawing {...props} /></Twin>;
}
