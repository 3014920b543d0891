// verify.mjs -- the audit log checked by somebody who trusts neither the program nor its language.
//
// Written from docs/audit.md alone, over node:crypto and node:fs.  It holds the exported entries
// against their leaf hashes, and the tree of those against every checkpoint it is given: the log's
// own, and the ones that another organisation kept.
//
//     node verify.mjs KEY LOG.ndjson CHECKPOINTS [CHECKPOINTS...]
//     node verify.mjs --proof KEY PROOF.json CHECKPOINTS [CHECKPOINTS...]
//
// KEY is a file with origin+id+base64.  Exit: 0 everything fits, 1 something does not, 2 usage.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, verify as signatureHolds } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const TEXTS = ['actor', 'organisation', 'action', 'object_kind', 'object_id', 'outcome', 'reason',
    'detail'];
const ENTRY_FIELDS = ['sequence', 'time', ...TEXTS, 'leaf'];

class Misfit extends Error {} // what is read does not fit
const fail = (text) => {
    throw new Misfit(text);
};

const sha256 = (...parts) => {
    const hash = createHash('sha256');
    for (const part of parts)
        hash.update(part);
    return hash.digest();
};
const leafHash = (bytes) => sha256(Buffer.of(0), bytes);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

// base64 of `size` bytes in its one spelling.
export function base64Read(text, size) {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== size || bytes.toString('base64') !== text)
        throw new Misfit('not base64 of ' + size + ' bytes');
    return bytes;
}

export function keyRead(text) {
    const match = /^([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n?$/.exec(text);
    const [, origin, id, material] = match ?? fail('no key: origin+id+base64 was expected');
    const bytes = base64Read(material, 33);
    const idBytes = sha256(origin + '\n', bytes).subarray(0, 4);
    if (bytes[0] !== 1 || idBytes.toString('hex') !== id)
        throw new Misfit('no Ed25519 key of that name');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
    return { origin, id: idBytes, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

export function noteRead(text, key) {
    const gap = text.indexOf('\n\n');
    if (gap < 0 || !text.endsWith('\n'))
        throw new Misfit('a checkpoint is not a signed note');
    const body = text.slice(0, gap + 1);
    const lines = text.slice(gap + 2).split('\n').slice(0, -1);
    let held = false;
    for (const line of lines) {
        const [, name, text64] = /^\u2014 ([!-*,-~]+) (.+)$/.exec(line) ??
            fail('a checkpoint has a line that is no signature');
        const stamp = Buffer.from(text64, 'base64');
        if (name !== key.origin || stamp.toString('base64') !== text64 || stamp.length !== 68 ||
            !stamp.subarray(0, 4).equals(key.id))
            continue; // somebody else's
        held = signatureHolds(null, Buffer.from(body), key.key, stamp.subarray(4));
        if (!held)
            break;
    }
    held || fail('a checkpoint is not signed by the key of this log');
    const [origin, size, root] = body.split('\n');
    if (origin !== key.origin || !/^(0|[1-9][0-9]{0,14})$/.test(size) || root === undefined)
        throw new Misfit('a note is not a checkpoint of this log');
    return { size: Number(size), root: base64Read(root, 32) };
}

// The notes of a file, one after another: each is a body, an empty line, and signature lines.
export function notesSplit(text) {
    const notes = [];
    let rest = text;
    while (rest !== '') {
        const [note] = /^[^]*?\n\n(?:\u2014 [^\n]*\n)*/.exec(rest) ??
            fail('checkpoints end in the middle of one');
        notes.push(note);
        rest = rest.slice(note.length);
    }
    return notes;
}

const whole = (number, size) =>
    Buffer.from(number.toString(16).padStart(2 * size, '0'), 'hex'); // highest byte first

// The bytes that are hashed: docs/audit.md, "An entry, byte by byte".
export function entryEncode(entry) {
    const parts = [Buffer.of(1), whole(entry.sequence, 8), whole(Date.parse(entry.time), 8)];
    for (const name of TEXTS) {
        const bytes = Buffer.from(entry[name]);
        parts.push(whole(bytes.length, 4), bytes);
    }
    return Buffer.concat(parts);
}

// An entry as it may be exported: these fields, in this order, each of its type.
function entryCheck(entry) {
    if (entry === null || typeof entry !== 'object' ||
        Object.keys(entry).join() !== ENTRY_FIELDS.join())
        throw new Misfit('an entry has not the fields of an entry');
    if (!Number.isSafeInteger(entry.sequence) || entry.sequence < 0)
        throw new Misfit('a sequence is no whole number');
    if (TEXTS.some((name) => typeof entry[name] !== 'string') || typeof entry.leaf !== 'string')
        throw new Misfit('a value of an entry is no text');
    const time = typeof entry.time === 'string' ? Date.parse(entry.time) : NaN;
    if (!(time >= 0) || new Date(time).toISOString().replace('Z', '+00:00') !== entry.time)
        throw new Misfit('a time has not its form');
    base64Read(entry.leaf, 32);
}

export function entryRead(line) {
    const entry = JSON.parse(line);
    entryCheck(entry);
    if (JSON.stringify(entry) !== line)
        throw new Misfit('a line is not written as the log writes it');
    return entry;
}

class Frontier {
    size = 0;
    nodes = []; // nodes[l]: the perfect subtree of 2^l leaves, if that bit of size is set

    add(leaf) {
        let hash = leaf;
        let level = 0;
        for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2), level++)
            hash = nodeHash(this.nodes[level], hash);
        this.nodes[level] = hash;
        this.size++;
    }

    root() {
        let hash = null;
        let level = 0;
        for (let rest = this.size; rest > 0; rest = Math.floor(rest / 2), level++) {
            if (rest % 2 === 1)
                hash = hash === null ? this.nodes[level] : nodeHash(this.nodes[level], hash);
        }
        return hash === null ? sha256() : hash;
    }
}

// The walk of RFC 9162, 2.1.3.2 and 2.1.4.2: the roots, old and new, that a path leads to.
function climb(node, last, first, path) {
    let [oldHash, hash] = [first, first];
    for (const sibling of path) {
        if (last === 0n)
            return null;
        if ((node & 1n) === 1n || node === last) {
            oldHash = nodeHash(sibling, oldHash);
            hash = nodeHash(sibling, hash);
            for (; (node & 1n) === 0n && node !== 0n; node >>= 1n)
                last >>= 1n;
        } else {
            hash = nodeHash(hash, sibling);
        }
        [node, last] = [node >> 1n, last >> 1n];
    }
    return last === 0n ? { oldHash, hash } : null;
}

export function entryHolds(leaf, index, size, root, hashes) {
    const end = index < size ? climb(BigInt(index), BigInt(size) - 1n, leaf, hashes) : null;
    return end !== null && end.hash.equals(root);
}

export function growthHolds(oldSize, oldRoot, size, root, hashes) {
    if (oldSize === 0 || oldSize > size)
        return false;
    if (oldSize === size)
        return hashes.length === 0 && oldRoot.equals(root);
    let [node, last] = [BigInt(oldSize) - 1n, BigInt(size) - 1n];
    for (; (node & 1n) === 1n; node >>= 1n)
        last >>= 1n;
    const path = node === 0n ? [oldRoot, ...hashes] : hashes;
    const end = path.length > 0 ? climb(node, last, path[0], path.slice(1)) : null;
    return end !== null && end.oldHash.equals(oldRoot) && end.hash.equals(root);
}

// Every checkpoint with the number of its file: what one keeper saw says nothing about another's.
const notesRead = (key, noteTexts) => noteTexts.flatMap((text, file) =>
    notesSplit(text).map((note) => ({ ...noteRead(note, key), file })));

// Lines of the export, texts of checkpoint files.  Throws the first Misfit and where it lies.
function logWalk(keyText, lines, noteTexts, verdict) {
    const notes = notesRead(keyRead(keyText), noteTexts).sort((a, b) => a.size - b.size);
    const trusted = noteTexts.map(() => 0); // entries below the last checkpoint that fits
    const frontier = new Frontier();
    const misfit = (first, last, text) => Object.assign(new Misfit(text), { first, last });
    const notesHold = () => { // those of exactly this size
        for (; notes.length > 0 && notes[0].size === frontier.size; notes.shift()) {
            const [{ root, size, file }] = notes;
            if (!root.equals(frontier.root()))
                throw misfit(trusted[file] < size ? trusted[file] : 0, Math.max(size - 1, 0),
                    'the entries are not those that a checkpoint signed');
            trusted[file] = verdict.signed = size;
            verdict.checkpoints++;
        }
    };
    notesHold();
    for (const line of lines) {
        const sequence = frontier.size;
        try {
            const entry = entryRead(line);
            const leaf = leafHash(entryEncode(entry));
            if (entry.sequence !== sequence)
                throw new Misfit('the entry is not there');
            if (!leaf.equals(base64Read(entry.leaf, 32)))
                throw new Misfit('the entry is not the one that was hashed');
            frontier.add(leaf);
        } catch (error) {
            const known = error instanceof SyntaxError ? new Misfit('a line is no JSON') : error;
            throw Object.assign(known, { first: sequence, last: sequence });
        }
        verdict.entries = frontier.size;
        notesHold();
    }
    if (notes.length > 0)
        throw misfit(frontier.size, notes[0].size - 1,
            'a checkpoint signed entries that are not there');
}

export function logVerify(keyText, lines, noteTexts) {
    const verdict = { entries: 0, checkpoints: 0, signed: 0, fault: null };
    try {
        logWalk(keyText, lines, noteTexts, verdict);
    } catch (error) {
        if (!(error instanceof Misfit))
            throw error;
        verdict.fault = { first: error.first ?? 0, last: error.last ?? 0, text: error.message };
    }
    return verdict;
}

// A proof against checkpoints: roots are taken from those, never from the proof.
export function proofVerify(keyText, proofText, noteTexts) {
    const notes = notesRead(keyRead(keyText), noteTexts);
    const rootOf = (size) => notes.find((note) => note.size === size)?.root ??
        fail('there is no checkpoint of ' + size + ' entries');
    const proof = JSON.parse(proofText);
    const hashes = proof.hashes.map((hash) => base64Read(hash, 32));
    if (proof.kind === 'growth')
        return growthHolds(proof.old_size, rootOf(proof.old_size), proof.size, rootOf(proof.size),
            hashes);
    entryCheck(proof.entry);
    return entryHolds(leafHash(entryEncode(proof.entry)), proof.entry.sequence, proof.size,
        rootOf(proof.size), hashes);
}

// Lines of a file, never the whole of it.  Bytes that are no UTF-8 become U+FFFD and fit no leaf.
function* linesOf(path) {
    const file = openSync(path);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const chunk = Buffer.alloc(1 << 20);
    let rest = '';
    for (let got; (got = readSync(file, chunk)) > 0;) {
        const lines = (rest + decoder.decode(chunk.subarray(0, got), { stream: true })).split('\n');
        rest = lines.pop();
        yield* lines;
    }
    closeSync(file);
    yield* rest === '' ? [] : [rest + '\0']; // without a newline it is torn: made no JSON
}

function main(words) {
    const proof = words[0] === '--proof';
    const [keyPath, path, ...notePaths] = proof ? words.slice(1) : words;
    if (notePaths.length === 0) {
        console.error('usage: verify.mjs [--proof] KEY FILE CHECKPOINTS [CHECKPOINTS...]');
        return 2;
    }
    const [key, ...notes] = [keyPath, ...notePaths].map((name) => readFileSync(name, 'utf8'));
    if (proof) {
        const holds = proofVerify(key, readFileSync(path, 'utf8'), notes);
        console.log(holds ? 'the proof holds' : 'the proof does not hold');
        return holds ? 0 : 1;
    }
    const got = logVerify(key, linesOf(path), notes);
    console.log(got.fault !== null
        ? `entries ${got.fault.first} to ${got.fault.last}: ${got.fault.text}`
        : `everything fits: ${got.entries} entries, ${got.checkpoints} checkpoints, ` +
          `${got.signed} entries signed`);
    return got.fault === null ? 0 : 1;
}

if (process.argv[1]?.endsWith('/verify.mjs')) { // else it is a module of a test
    try {
        process.exitCode = main(process.argv.slice(2));
    } catch (error) {
        console.error(error.message);
        process.exitCode = 1;
    }
}
