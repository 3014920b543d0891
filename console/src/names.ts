/* names.ts -- what organisations and people are called (/v1/names): read once somebody is here, and again when
 * an id turns up that nobody has named yet. In memory only; a name says nothing more than a business card does.
 *
 * Not chosen: names in every answer. An item would say the same name a hundred times, and a log of ten years
 * would say what people were called then. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, may, whoami } from "./api";
import { Cell } from "./cell";
import { server_now } from "./clock";

export interface Organisation {
  id: string;
  kind: string;
  name: string;
  level: string | null;
  home: boolean;
  disabled: boolean;
}

export interface Person {
  id: string;
  organisation: string;
  name: string;
  roles: string[];
  disabled: boolean;
}

export interface Names {
  organisations: Organisation[];
  people: Person[];
  all: ReadonlyMap<string, string>;
}

const PAGES_MAX = 20, PAGE = 500, AGAIN_MS = 30000;
const NONE: Names = { organisations: [], people: [], all: new Map() };

export const names = new Cell<Names>(NONE);
/* Whose they are, and when they came. */
let whose = "", read_at = 0, reading = false;

async function pages<Row>(path: string, list: string): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = "";
  for (let n = 0; n < PAGES_MAX && after !== null; n++) {
    const { body }: { body: Record<string, unknown> } = await get(path, { limit: PAGE, after });
    rows.push(...(body[list] as Row[]));
    after = body.next as string | null;
  }
  return rows;
}

/* Reads them, unless they are here or it was tried a moment ago. */
export function names_read(): void {
  const me = whoami.value?.id ?? "";
  if (me !== whose) {
    names.value = NONE;
    [whose, read_at] = [me, 0];
  }
  if (me === "" || reading || !may("names:read") || (read_at !== 0 && server_now() - read_at < AGAIN_MS))
    return;
  reading = true;
  read_at = server_now();
  Promise.all([pages<Organisation>("/v1/names/organisations", "organisations"), pages<Person>("/v1/names/people", "people")]).then(([organisations, people]) => {
    if (whoami.value?.id === me)
      names.value = { organisations, people, all: new Map([...organisations, ...people].map(({ id, name }) => [id, name])) };
  }, () => {}).finally(() => (reading = false));
}

whoami.listen(() => names_read());
names_read();

/* "u_0123456789abcdef" and the like; what else stands in such a place (the machine, a token) has no name here. */
export const ID = /^[uo]_[0-9a-f]{16}$/;

/* The name, or the id as long as nobody knows better. */
export function name_of(id: string): string {
  const name = names.value.all.get(id);
  if (name === undefined && ID.test(id))
    names_read();
  return name ?? id;
}
