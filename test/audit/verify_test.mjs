// verify_test.mjs FOLDER VERIFIER -- what make_log wrote, whole and then spoiled in every way.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, verifier] = process.argv.slice(2);
const v = await import(pathToFileURL(verifier));
const read = (name) => readFileSync(folder + '/' + name, 'utf8');
const linesOf = (name) => read(name).split('\n').slice(0, -1);
const [key, notes, forkNotes] = ['key', 'checkpoints', 'fork.checkpoints'].map(read);
const log = linesOf('log.ndjson');
const verify = (lines, ...files) => v.logVerify(key, lines, files);
const run = (...words) => spawnSync(process.execPath, [verifier, ...words.map((w) =>
    w.startsWith('--') ? w : folder + '/' + w)], { encoding: 'utf8' });
let asked = 0;
const misfits = (verdict, first, last) => {
    asked++;
    assert.notStrictEqual(verdict.fault, null);
    assert.deepStrictEqual([verdict.fault.first, verdict.fault.last], [first, last]);
};
const turned = (text, at, bit) =>
    text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1 << bit) + text.slice(at + 1);

// A sound log, in the module and as a program.
assert.deepStrictEqual(verify(log, notes, notes),
    { entries: 300, checkpoints: 6, signed: 300, fault: null });
let got = run('key', 'log.ndjson', 'checkpoints');
assert.strictEqual(got.stdout,
    'everything fits: 300 entries, 3 checkpoints, 300 entries signed\n');
assert.strictEqual(got.status, 0);
assert.strictEqual(run('key').status, 2);

// Every byte of every line: the line alone shows it.  One byte of each: the log names it.
for (const [i, line] of log.entries()) {
    const good = v.entryRead(line);
    for (let at = 0; at < line.length; at++) {
        let entry = null;
        try {
            entry = v.entryRead(turned(line, at, (i + at) % 7));
        } catch {
            // it has not its form any more
        }
        asked++;
        if (entry !== null)
            assert.notDeepStrictEqual([v.entryEncode(entry), entry.leaf],
                [v.entryEncode(good), good.leaf]);
    }
    misfits(verify(log.with?.(i, turned(line, 7 * i % line.length, i % 7)) ??
        [...log.slice(0, i), turned(line, 7 * i % line.length, i % 7), ...log.slice(i + 1)],
        notes), i, i);
}

// Deletion, swap, insertion, at every place.
for (let i = 0; i < log.length; i++) {
    const cut = [...log.slice(0, i), ...log.slice(i + 1)];
    misfits(verify(cut, notes), i, i === 299 ? 299 : i);
    if (i > 0)
        misfits(verify([...log.slice(0, i - 1), log[i], log[i - 1], ...log.slice(i + 1)], notes),
            i - 1, i - 1);
    misfits(verify([...log.slice(0, i), log[(i + 7) % 300], ...log.slice(i)], notes), i, i);
}

// Truncation after a checkpoint; without one nobody can tell.
for (let size = 0; size < 300; size += 17)
    misfits(verify(log.slice(0, size), notes), size, (Math.floor(size / 100) + 1) * 100 - 1);
assert.strictEqual(verify(log.slice(0, 150), notes.slice(0, notes.length / 3)).fault, null);

// Every byte of every checkpoint.
for (let at = 0; at < notes.length; at++) {
    asked++;
    assert.notStrictEqual(verify(log, turned(notes, at, at % 7)).fault, null);
}

// A fork: each half fits itself, neither fits the other's checkpoints.
const fork = linesOf('fork.ndjson');
assert.strictEqual(verify(fork, forkNotes).fault, null);
misfits(verify(fork, notes), 100, 199);
misfits(verify(fork, forkNotes, notes), 100, 199);
got = run('key', 'fork.ndjson', 'fork.checkpoints', 'checkpoints');
assert.strictEqual(got.stdout,
    'entries 100 to 199: the entries are not those that a checkpoint signed\n');
assert.strictEqual(got.status, 1);

// A file torn in its last line, and one with a byte that is no UTF-8.
writeFileSync(folder + '/torn.ndjson', read('log.ndjson').slice(0, -1));
assert.match(run('key', 'torn.ndjson', 'checkpoints').stdout, /^entries 299 to 299: /);
const bytes = readFileSync(folder + '/log.ndjson');
bytes[bytes.indexOf(log[200]) + 90] = 0xFF;
writeFileSync(folder + '/torn.ndjson', bytes);
assert.match(run('key', 'torn.ndjson', 'checkpoints').stdout, /^entries 200 to 200: /);

// Proofs hold, and hold for nothing else.
const proofs = linesOf('proofs.ndjson');
for (const line of proofs) {
    assert.strictEqual(v.proofVerify(key, line, [notes]), true);
    const proof = JSON.parse(line);
    const variants = proof.hashes.map((_, i) => ({ ...proof,
        hashes: proof.hashes.with?.(i, proof.entry?.leaf ?? proof.root) ??
            proof.hashes.map((hash, j) => i === j ? proof.entry?.leaf ?? proof.root : hash) }));
    variants.push({ ...proof, hashes: [...proof.hashes, proof.root] });
    if (proof.kind === 'entry') {
        variants.push({ ...proof, entry: { ...proof.entry, sequence: proof.entry.sequence + 1 } });
        variants.push({ ...proof, entry: { ...proof.entry, reason: 'another' } });
        variants.push({ ...proof, size: proof.size % 300 + 100 });
    }
    for (const variant of variants) {
        asked++;
        assert.strictEqual(v.proofVerify(key, JSON.stringify(variant), [notes]), false);
    }
}
writeFileSync(folder + '/proof.json', proofs[1] + '\n');
assert.strictEqual(run('--proof', 'key', 'proof.json', 'checkpoints').stdout, 'the proof holds\n');

// A key that the world knows.
const known = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
assert.strictEqual(v.keyRead(known).origin, 'sum.golang.org');
for (let at = 0; at < known.length; at++)
    assert.throws(() => v.keyRead(turned(known, at, 0)));
console.log(asked + ' questions answered');
