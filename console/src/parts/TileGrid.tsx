/* TileGrid.tsx -- regions as tiles in the order of their codes.  No border is drawn and no position
 * claimed: maps of China are reviewed before they are published, and a grid of codes is none. */
/* SPDX-License-Identifier: Apache-2.0 */
import { number } from "../money";
import { Twin } from "./Twin";

export interface Tile {
  code: string;
  says: string;
  value: number;
  note?: string;
}

export function TileGrid({ label, head, tiles, choose }: { label: string; head: [string, string]; tiles: Tile[]; choose?: (code: string) => void }) {
  const most = Math.max(1, ...tiles.map(({ value }) => value));
  const sorted = [...tiles].sort((a, b) => a.code.localeCompare(b.code));
  const ranked = [...tiles].sort((a, b) => b.value - a.value);
  return (
    <Twin label={label} table={{ head, rows: ranked.map(({ code, says, value, note }) => [`${says === code ? code : `${says} (${code})`}${note ? ` · ${note}` : ""}`, number(value)]) }}>
      <ul class="tiles">
        {sorted.map((tile) => {
          const level = tile.value === 0 ? 0 : 1 + Math.min(4, Math.floor((tile.value / most) * 5));
          const inside = <><span>{tile.says}</span><strong>{number(tile.value)}</strong>{tile.note && <small>{tile.note}</small>}</>;
          return (
            <li key={tile.code} class={`tile level-${level}`} title={tile.code}>
              {choose ? <button type="button" onClick={() => choose(tile.code)}>{inside}</button> : inside}
            </li>
          );
        })}
      </ul>
    </Twin>
  );
}
