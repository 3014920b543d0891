/* build.mjs -- makes the console: TypeScript and CSS in, some files with digests in their names out.
 *
 * usage: node build.mjs FOLDER [TABLE.c]
 *
 * FOLDER gets index.html and assets/.  TABLE.c is the same as a table for src/console/ (.incbin), and
 * beside it a list of what it was made from, for ninja.
 *
 * It fails if types are wrong, if a word is missing in one of the tongues, if a page holds a text of
 * its own, or if the first view is larger than 300 KB compressed.  Not chosen: Vite, which wants a
 * newer node than Debian 12 has. */
/* SPDX-License-Identifier: Apache-2.0 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";
import ts from "typescript";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SOURCE = path.join(HERE, "src");
const FIRST_VIEW_MAX = 300 * 1024;
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
};

const [folder_said, table] = process.argv.slice(2);
const folder = path.resolve(folder_said ?? "");
if (!folder_said) {
  console.error("usage: node build.mjs FOLDER [TABLE.c]");
  process.exit(2);
}

let faults = 0;
function complain(place, what) {
  console.error(`${path.relative(HERE, place)}: ${what}`);
  faults++;
}

function walk(place) {
  return fs.readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(place, entry.name);
    return entry.isDirectory() ? walk(at) : [at];
  }).sort();
}

/* ---- types ---- */

function check_types() {
  const tsc = path.join(HERE, "node_modules", "typescript", "bin", "tsc");
  const run = spawnSync(process.execPath, [tsc, "--noEmit", "-p", HERE, "--pretty", "false"], { encoding: "utf8" });
  if (run.status !== 0) {
    console.error(run.stdout + run.stderr);
    faults++;
  }
}

/* ---- words ---- */

const holes = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();

function check_pair(file, name, pair) {
  const [en, zh] = pair;
  if (pair.length !== 2 || typeof en !== "string" || typeof zh !== "string")
    complain(file, `${name}: a word is a pair, English and Chinese`);
  else if (en.trim() === "" || zh.trim() === "")
    complain(file, `${name}: missing in ${en.trim() === "" ? "English" : "Chinese"}`);
  else if (holes(en) !== holes(zh))
    complain(file, `${name}: ${holes(en) || "nothing"} to fill in English, ${holes(zh) || "nothing"} in Chinese`);
  else if (/[a-z]{3}/.test(en.replace(/\{\w+\}/g, "")) && !/\p{Script=Han}/u.test(zh) && en !== zh)
    complain(file, `${name}: its Chinese is not Chinese`);
}

function check_words_of(file, name, value) {
  if (Array.isArray(value) && typeof value[0] === "string")
    check_pair(file, name, value);
  else if (value !== null && typeof value === "object")
    for (const [key, inner] of Object.entries(value))
      check_words_of(file, name ? `${name}.${key}` : key, inner);
}

async function check_words(files) {
  const out = fs.mkdtempSync(path.join(folder, "words-"));
  try {
    await esbuild.build({
      entryPoints: files, bundle: true, format: "esm", platform: "node", outdir: out, outbase: SOURCE,
      outExtension: { ".js": ".mjs" }, loader: { ".inc": "text" }, logLevel: "silent",
    });
    for (const file of files) {
      const made = path.join(out, path.relative(SOURCE, file).replace(/\.tsx?$/, ".mjs"));
      const { default: _, ...all } = await import(pathToFileURL(made).href);
      check_words_of(file, "", all);
    }
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

/* What people read stands in words.ts and nowhere else. */
const READ = new Set(["title", "placeholder", "alt", "label", "aria-label", "aria-description", "aria-roledescription"]);

function check_texts(file) {
  const tree = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const place = (node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const visit = (node) => {
    const in_key = node.parent && ts.isJsxElement(node.parent) && node.parent.openingElement.tagName.getText(tree) === "kbd";
    if (ts.isJsxText(node) && !in_key && /\p{L}{2}/u.test(node.text))
      complain(file, `line ${place(node)}: a text of its own, ${JSON.stringify(node.text.trim())}; it belongs into words.ts`);
    if (ts.isJsxAttribute(node) && READ.has(node.name.getText(tree)) && node.initializer &&
        ts.isStringLiteral(node.initializer) && /\p{L}{2}/u.test(node.initializer.text))
      complain(file, `line ${place(node)}: ${node.name.getText(tree)} is a text of its own; it belongs into words.ts`);
    if (ts.isStringLiteralLike(node) && /\p{Script=Han}/u.test(node.text))
      complain(file, `line ${place(node)}: a Chinese text; it belongs into words.ts`);
    if (ts.isCallExpression(node) && node.expression.getText(tree) === "words")
      complain(file, `line ${place(node)}: words stand in words.ts`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
}

/* ---- bundle ---- */

async function bundle() {
  const made = await esbuild.build({
    entryPoints: { main: path.join(SOURCE, "main.tsx") },
    bundle: true, splitting: true, format: "esm", target: ["es2022"], minify: true, metafile: true,
    jsx: "automatic", jsxImportSource: "preact", loader: { ".inc": "text" }, charset: "utf8", legalComments: "linked",
    outdir: path.join(folder, "assets"), entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]", absWorkingDir: HERE, logLevel: "warning", treeShaking: true,
  });
  return made.metafile;
}

function entry_of(meta) {
  const found = Object.entries(meta.outputs).find(([, output]) => output.entryPoint === "src/main.tsx");
  return { js: found[0], css: found[1].cssBundle };
}

function closure(meta, name, seen = new Set()) {
  if (seen.has(name))
    return seen;
  seen.add(name);
  for (const import_ of meta.outputs[name].imports)
    if (import_.kind === "import-statement")
      closure(meta, import_.path, seen);
  return seen;
}

function write_page(entry) {
  const name = (file) => `/assets/${path.basename(file)}`;
  const mark = "data:image/svg+xml," + encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f4e79"/>' +
    '<path d="M3 8h4M9 8h4" stroke="#fff" stroke-width="2"/><path d="M10 3 6 13" stroke="#fff"/></svg>');
  fs.writeFileSync(path.join(folder, "index.html"), [
    "<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">', "<title>Cutline</title>",
    '<meta name="viewport" content="width=device-width, initial-scale=1">', '<meta name="referrer" content="no-referrer">',
    `<link rel="icon" href="${mark}">`, `<link rel="stylesheet" href="${name(entry.css)}">`,
    `<script type="module" src="${name(entry.js)}"></script>`, "</head>", "<body>", '<div id="app"></div>', "</body>", "</html>", "",
  ].join("\n"));
}

/* Page, what it loads at once, its style, and the largest of the pages that are loaded on demand. */
function check_size(meta, entry) {
  const size = (name) => gzipSync(fs.readFileSync(path.join(HERE, name)), { level: 9 }).length;
  const first = closure(meta, entry.js);
  const sum = (names) => [...names].reduce((all, name) => all + size(name), 0);
  const base = sum(first) + size(entry.css) + gzipSync(fs.readFileSync(path.join(folder, "index.html"))).length;
  let largest = 0, which = "";
  for (const [name, output] of Object.entries(meta.outputs)) {
    if (!output.entryPoint?.startsWith("src/pages/"))
      continue;
    const own = sum([...closure(meta, name)].filter((file) => !first.has(file)));
    if (own > largest)
      [largest, which] = [own, output.entryPoint];
  }
  console.log(`first view ${((base + largest) / 1024).toFixed(1)} KB compressed (of 300), with ${which || "no page"}`);
  if (base + largest > FIRST_VIEW_MAX)
    complain(folder, `the first view is larger than ${FIRST_VIEW_MAX} bytes compressed`);
}

/* ---- table ---- */

function files_of_folder() {
  const assets = walk(path.join(folder, "assets")).filter((file) => TYPES[path.extname(file)]);
  return [path.join(folder, "index.html"), ...assets];
}

function write_table(sources) {
  const rows = [], bytes = [];
  const embed = (symbol, file) => bytes.push(
    `__asm__(".section .rodata\\n.balign 16\\n.global ${symbol}\\n.hidden ${symbol}\\n${symbol}:\\n"`,
    `        ".incbin \\"${file}\\"\\n.byte 0\\n.previous\\n");`, `extern const char ${symbol}[];`);
  files_of_folder().forEach((file, at) => {
    const content = fs.readFileSync(file);
    const packed = gzipSync(content, { level: 9 });
    const name = path.basename(file) === "index.html" ? "/" : `/assets/${path.basename(file)}`;
    const etag = createHash("sha256").update(content).digest("hex").slice(0, 32);
    embed(`console_plain_${at}`, path.resolve(file));
    let gzip = '{"", 0}';
    if (packed.length < content.length) {
      fs.writeFileSync(`${file}.gz`, packed);
      embed(`console_gzip_${at}`, path.resolve(`${file}.gz`));
      gzip = `{console_gzip_${at}, ${packed.length}}`;
    }
    rows.push(`    {"${name}", "${TYPES[path.extname(file)]}", "\\"${etag}\\"", {console_plain_${at}, ${content.length}}, ${gzip}},`);
  });
  fs.writeFileSync(table, [
    "/* Made by console/build.mjs. */", "/* SPDX-License-Identifier: Apache-2.0 */",
    '#include "console/console_inside.h"', "", ...bytes, "", "const struct console_file CONSOLE_FILES[] = {", ...rows, "};",
    `const size_t CONSOLE_FILES_COUNT = ${rows.length};`, ""].join("\n"));
  const from = [...sources, path.join(HERE, "build.mjs"), path.join(HERE, "package-lock.json"), path.join(HERE, "tsconfig.json")];
  fs.writeFileSync(table.replace(/\.c$/, ".d"), `${table}: ${from.map((file) => file.replaceAll(" ", "\\ ")).join(" \\\n ")}\n`);
}

fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
const sources = walk(SOURCE);
check_types();
await check_words(sources.filter((file) => path.basename(file) === "words.ts"));
sources.filter((file) => file.endsWith(".tsx")).forEach(check_texts);
if (faults === 0) {
  const meta = await bundle();
  const entry = entry_of(meta);
  write_page(entry);
  check_size(meta, entry);
  if (table)
    write_table([...sources, ...Object.keys(meta.inputs).filter((name) => name.endsWith(".inc")).map((name) => path.join(HERE, name))]);
}
process.exit(faults === 0 ? 0 : 1);
