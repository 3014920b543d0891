/* prove.ts -- RFC 6962 and a C2SP signed note, checked in the browser from docs/audit.md alone: what the
 * service says of itself is not believed.  Roots are taken from the signed checkpoint, never from the proof. */
/* SPDX-License-Identifier: Apache-2.0 */

export interface Entry {
  sequence: number;
  time: string;
  actor: string;
  organisation: string;
  action: string;
  object_kind: string;
  object_id: string;
  outcome: string;
  reason: string;
  detail: string;
  leaf: string;
}

export interface Proof {
  size: number;
  entry: Entry;
  hashes: string[];
}

export interface Checkpoint {
  size: number;
  note: string;
  key: string;
}

export interface Verdict {
  entry: boolean;
  path: boolean;
  /* null: this browser cannot check it. */
  signed: boolean | null;
  root: string;
  size: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

const TEXTS = ["actor", "organisation", "action", "object_kind", "object_id", "outcome", "reason", "detail"] as const;

function joined(...parts: Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const text_bytes = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));
const base64 = (text: string): Bytes => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, at) => byte === b[at]);

async function sha256(...parts: Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

const node_hash = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/* Highest byte first. */
function whole(value: number, size: number): Bytes {
  const out = new Uint8Array(size);
  for (let rest = BigInt(value), at = size - 1; at >= 0; at--, rest >>= 8n)
    out[at] = Number(rest & 255n);
  return out;
}

export function entry_bytes(entry: Entry): Bytes {
  const parts: Uint8Array[] = [Uint8Array.of(1), whole(entry.sequence, 8), whole(Date.parse(entry.time), 8)];
  for (const name of TEXTS) {
    const bytes = text_bytes(entry[name]);
    parts.push(whole(bytes.length, 4), bytes);
  }
  return joined(...parts);
}

/* RFC 9162, 2.1.3.2: the root that the path leads to; null: it is no path. */
async function climb(index: number, size: number, leaf: Bytes, path: Bytes[]): Promise<Bytes | null> {
  let node = BigInt(index), last = BigInt(size) - 1n, hash = leaf;
  if (index >= size)
    return null;
  for (const sibling of path) {
    if (last === 0n)
      return null;
    if ((node & 1n) === 1n || node === last) {
      hash = await node_hash(sibling, hash);
      for (; (node & 1n) === 0n && node !== 0n; node >>= 1n)
        last >>= 1n;
    } else {
      hash = await node_hash(hash, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : null;
}

async function note_signed(note: string, key_text: string): Promise<boolean | null> {
  const [, origin, id, material] = /^([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n?$/.exec(key_text) ?? [];
  if (origin === undefined || id === undefined || material === undefined)
    return false;
  const named = base64(material), gap = note.indexOf("\n\n");
  if (named.length !== 33 || named[0] !== 1 || gap < 0)
    return false;
  const known = (await sha256(text_bytes(`${origin}\n`), named)).slice(0, 4);
  if ([...known].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== id)
    return false;
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", named.slice(1), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
  for (const line of note.slice(gap + 2).split("\n")) {
    const [, name, stamp64] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== origin || stamp64 === undefined)
      continue;
    const stamp = base64(stamp64);
    if (stamp.length === 68 && same(stamp.slice(0, 4), known))
      return crypto.subtle.verify({ name: "Ed25519" }, key, stamp.slice(4), text_bytes(note.slice(0, gap + 1)));
  }
  return false;
}

export async function prove(proof: Proof, checkpoint: Checkpoint, shown: Entry): Promise<Verdict> {
  const [, size_text = "", root64 = ""] = checkpoint.note.split("\n");
  const leaf = await sha256(Uint8Array.of(0), entry_bytes(proof.entry));
  const root = await climb(shown.sequence, proof.size, leaf, proof.hashes.map(base64));
  return {
    entry: same(entry_bytes(proof.entry), entry_bytes(shown)), /* what is proved is what is shown */
    path: root !== null && proof.size === Number(size_text) && same(root, base64(root64)),
    signed: await note_signed(checkpoint.note, checkpoint.key), root: root64, size: Number(size_text),
  };
}
