/* Graph.tsx -- who paid whom, drawn by Cytoscape, which is loaded when the first graph is.
 *
 * Nodes stand in columns by level, so a layout is computed at once and is the same each time; the graph
 * is a picture beside its table, never the only way to something. */
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
  tone?: "start" | "good" | "warn" | "bad";
}

export interface Edge {
  from: string;
  to: string;
  says: string;
  weight?: number;
}

interface Props {
  label: string;
  nodes: Node[];
  edges: Edge[];
  table: TwinTable;
  height?: number;
  chosen?: string | null;
  choose?: (id: string) => void;
}

function elements(nodes: Node[], edges: Edge[]): ElementDefinition[] {
  const rows = new Map<number, number>(), heaviest = Math.max(1, ...edges.map(({ weight }) => weight ?? 1));
  return [
    ...nodes.map(({ id, says, level, tone }) => {
      const row = rows.get(level) ?? 0;
      rows.set(level, row + 1);
      return { data: { id, says }, position: { x: level * 190, y: row * 46 }, classes: tone ?? "" };
    }),
    ...edges.map(({ from, to, says, weight }, at) => ({
      data: { id: `e${at}`, source: from, target: to, says, width: 1 + (5 * (weight ?? 1)) / heaviest },
    })),
  ];
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
  pick.current = choose;
  useEffect(() => {
    let gone = false;
    void import("cytoscape").then(({ default: cytoscape }) => {
      const node = box.current;
      if (gone || node === null)
        return;
      style_known();
      const style = getComputedStyle(node), colour = (name: string) => style.getPropertyValue(name).trim();
      const tone = (name: string, of: string) => ({ selector: `.${name}`, style: { "background-color": colour(of) } });
      core.current = cytoscape({
        container: node, elements: elements(nodes, edges), layout: { name: "preset", fit: true, padding: 20 },
        pixelRatio: 1, hideEdgesOnViewport: edges.length > 500, textureOnViewport: edges.length > 500, wheelSensitivity: 0.3,
        style: [
          { selector: "node", style: { label: "data(says)", "font-size": 12, color: colour("--ink"), "background-color": colour("--series-1"), width: 16, height: 16, "text-valign": "bottom", "text-margin-y": 3, "min-zoomed-font-size": 7 } },
          { selector: "edge", style: { label: edges.length > 80 ? "" : "data(says)", "font-size": 10, color: colour("--ink-soft"), width: "data(width)", "line-color": colour("--line-strong"), "target-arrow-color": colour("--line-strong"), "target-arrow-shape": "triangle", "curve-style": edges.length > 500 ? "haystack" : "bezier", "min-zoomed-font-size": 8 } },
          tone("start", "--series-1"), tone("good", "--good"), tone("warn", "--warn"), tone("bad", "--bad"),
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
  }, [nodes, edges, theme]);
  useEffect(() => {
    core.current?.elements().unselect();
    if (chosen)
      core.current?.getElementById(chosen).select();
  }, [chosen]);
  return <div ref={box} class="graph" role="img" aria-label={label} style={{ height: `${height ?? 320}px` }} />;
}

export function Graph(props: Props) {
  return <Twin label={props.label} table={props.table}><Drawing {...props} /></Twin>;
}
