#!/usr/bin/env node
// letter.mjs -- letters of Cutline from the other side: what a carrier or a bank needs to take and write them.
//
//   node letter.mjs key                                   a new pair: seed (keep it) and public key, base64
//   node letter.mjs open  KEYS.json SELF < envelope       the letter, if it may be believed; KEYS: {"centre": ["…"]}
//   node letter.mjs write SEED_BASE64 < letter.json       the envelope; `version`, and `issued` if absent, are added
//
// Written from docs/partner.md alone, with nothing but Node's own library; so it is a second opinion on that page.
// Exit 0: done; 1: the letter is not to be believed, with the fault as docs/partner.md names it; 2: usage.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const NAME = /^[a-z0-9._-]{1,64}$/;
const ID = /^[0-9a-f]{32}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const MEMBERS = ['body', 'expires', 'from', 'id', 'issued', 'kind', 'reply_to', 'to', 'version'];
const SKEW_MS = 5 * 60 * 1000;
const LIFE_MS = 31 * 24 * 60 * 60 * 1000;

class Refused extends Error {}
const refuse = (fault) => { throw new Refused(fault); };

const publicKey = (raw) => createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: 'der', type: 'spki' });
const privateKey = (seed) => createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
const rawOf = (key) => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(ED25519_SPKI.length);
const keyId = (raw) => createHash('sha256').update(raw).digest('hex').slice(0, 16);

// Base64 has one spelling here: decoding and encoding gives the same text.
function bytes(text, fault) {
  const decoded = Buffer.from(typeof text === 'string' ? text : '', 'base64');
  return decoded.length > 0 && decoded.toString('base64') === text ? decoded : refuse(fault);
}

// RFC 8785 for what letters have: whole numbers, names in ASCII.
export function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

function parsed(text, fault) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : refuse(fault);
  } catch (error) {
    return error instanceof Refused ? refuse(error.message) : refuse(fault);
  }
}

export function open(text, keys, self, now = Date.now()) {
  const envelope = parsed(text, 'ENVELOPE');
  if (Object.keys(envelope).sort().join() !== 'key,letter,signature') refuse('ENVELOPE');
  const signed = bytes(envelope.letter, 'ENVELOPE');
  const letter = parsed(new TextDecoder('utf-8', { fatal: true }).decode(signed), 'FORM');
  if (!NAME.test(letter.from)) refuse('FORM');
  const trusted = keys[letter.from] ?? refuse('SENDER');
  const raw = trusted.map((key) => Buffer.from(key, 'base64')).find((key) => keyId(key) === envelope.key) ?? refuse('KEY');
  if (!verify(null, signed, publicKey(raw), bytes(envelope.signature, 'ENVELOPE'))) refuse('SIGNATURE');
  const issued = Date.parse(letter.issued), expires = Date.parse(letter.expires);
  const formed = Object.keys(letter).every((name) => MEMBERS.includes(name)) && letter.version === 1 &&
    ID.test(letter.id) && (letter.reply_to === undefined || ID.test(letter.reply_to)) && NAME.test(letter.kind) &&
    NAME.test(letter.to) && TIME.test(letter.issued) && TIME.test(letter.expires) && expires > issued &&
    expires - issued <= LIFE_MS && letter.body !== null && typeof letter.body === 'object' && !Array.isArray(letter.body);
  if (!formed) refuse('FORM');
  if (letter.to !== self) refuse('SELF');
  if (issued > now + SKEW_MS) refuse('EARLY');
  if (expires <= now) refuse('EXPIRED');
  return letter; // whoever takes it remembers (from, id) until `expires`, and does not act on it twice
}

export function write(letter, seed) {
  const signed = Buffer.from(canonical({ issued: new Date().toISOString(), ...letter, version: 1 }));
  const key = privateKey(seed);
  return canonical({
    key: keyId(rawOf(key)),
    letter: signed.toString('base64'),
    signature: sign(null, signed, key).toString('base64'),
  });
}

function main([verb, one, other]) {
  if (verb === 'key') {
    const seed = randomBytes(32);
    console.log(`seed ${seed.toString('base64')}\nkey  ${rawOf(privateKey(seed)).toString('base64')}`);
  } else if (verb === 'open' && other !== undefined) {
    const now = process.env.LETTER_NOW === undefined ? Date.now() : Number(process.env.LETTER_NOW);
    console.log(canonical(open(readFileSync(0, 'utf8'), JSON.parse(readFileSync(one, 'utf8')), other, now)));
  } else if (verb === 'write' && one !== undefined) {
    console.log(write(JSON.parse(readFileSync(0, 'utf8')), Buffer.from(one, 'base64')));
  } else {
    console.error('usage: letter.mjs key | open KEYS.json SELF | write SEED');
    process.exit(2);
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exit(1);
}
