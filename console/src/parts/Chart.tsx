/* Chart.tsx -- lines or bars over time, drawn by uPlot, which is loaded when the first chart is. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useRef } from "preact/hooks";
import type UPlotType from "uplot";
import { useCell } from "../cell";
import { moment_full } from "../dates";
import { money_short, number } from "../money";
import { liking } from "../settings";
import { tongue } from "../tongue";
import { Twin } from "./Twin";

export interface Series {
  says: string;
  values: (number | null)[];
  bars?: boolean;
}

interface Props {
  label: string;
  /* Seconds since 1970, rising. */
  times: number[];
  series: Series[];
  height?: number;
  head: string;
  /* Each time is the beginning of a month. */
  months?: boolean;
}

const month_text = (seconds: number) => {
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}`;
};

const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4"];

function Drawing({ times, series, height, label, months }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useCell(liking).theme, spoken = useCell(tongue);
  const plot = useRef<UPlotType | null>(null);
  const data: UPlotType.AlignedData = [times, ...series.map(({ values }) => values)];
  const newest = useRef(data);
  newest.current = data;
  /* What it looks like; new values of the same series are put into the plot that stands. */
  const form = series.map(({ says, bars }) => `${says} ${bars ?? ""}`).join("|");
  useEffect(() => {
    let gone = false, destroy = () => {};
    void import("uplot").then(({ default: UPlot }) => {
      const node = box.current;
      if (gone || node === null)
        return;
      const style = getComputedStyle(node), colour = (name: string) => style.getPropertyValue(name).trim();
      const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: "12px sans-serif" };
      const stamp = (seconds: number) => {
        if (months)
          return month_text(seconds);
        const at = new Date(seconds * 1000), text = (n: number) => String(n).padStart(2, "0");
        return at.getHours() === 0 && at.getMinutes() === 0 ? `${at.getMonth() + 1}-${text(at.getDate())}` : `${text(at.getHours())}:${text(at.getMinutes())}`;
      };
      const made = new UPlot({
        width: node.clientWidth || 400, height: height ?? 180, legend: { show: series.length > 1, live: false }, cursor: { show: true },
        axes: [{ ...axis, ...(months && { splits: () => newest.current[0] as number[] }), values: (_, ticks) => ticks.map(stamp) }, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => (Math.abs(tick) >= 1e5 ? money_short(String(tick)) : number(tick))) }],
        series: [{}, ...series.map((one, at) => ({
          label: one.says, stroke: colour(COLOURS[at % COLOURS.length] ?? ""), width: 2,
          ...(one.bars && UPlot.paths.bars && { paths: UPlot.paths.bars({ size: [0.7, 40] }), fill: colour(COLOURS[at % COLOURS.length] ?? ""), points: { show: false } }),
        }))],
      }, newest.current, node);
      plot.current = made;
      const observer = new ResizeObserver(() => made.setSize({ width: node.clientWidth, height: height ?? 180 }));
      observer.observe(node);
      destroy = () => {
        observer.disconnect();
        plot.current = null;
        made.destroy();
      };
    });
    return () => {
      gone = true;
      destroy();
    };
  }, [form, height, theme, spoken]);
  useEffect(() => plot.current?.setData(newest.current), [times, series]);
  return <div ref={box} class="chart" role="img" aria-label={label} style={{ minHeight: `${height ?? 180}px` }} />;
}

export function Chart(props: Props) {
  const rows = props.times.map((time, at) => [props.months ? month_text(time) : moment_full(new Date(time * 1000).toISOString()),
    ...props.series.map(({ values }) => (values[at] === null || values[at] === undefined ? "–" : number(values[at])))]);
  return (
    <Twin label={props.label} table={{ head: [props.head, ...props.series.map(({ says }) => says)], rows }}>
      <Drawing {...props} />
    </Twin>
  );
}
