/* carrier.mjs -- a carrier: a real `cutline answer` with a register of its own, and what the centre's
 * configuration says of it. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { CUTLINE, until } from "./house.mjs";

async function free_port() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Carrier {
  /* `rows`: CSV of msisdn, addr, area, cell. */
  static async make(rows) {
    const carrier = new Carrier();
    carrier.folder = fs.mkdtempSync(path.join(os.tmpdir(), "cutline-carrier-"));
    carrier.port = await free_port();
    carrier.put("lines.csv", `msisdn,addr,area,cell\n${rows}`);
    carrier.put("lines.yaml", "lines: 1\nfrom: csv\nfile: lines.csv\nnumber: msisdn\nfields:\n" +
      "  line_status: {always: active}\n  network: {always: mobile}\n  address: addr\n  place: area\n  cell: cell\n");
    carrier.put("directory.yaml", "directory: 1\ncarriers:\n  - {carrier: mobile, partner: mobile-km}\n");
    fs.mkdirSync(carrier.path("plan"));
    carrier.put("plan/a.csv", "prefix,digits,carrier,region,type\n+86139,13,mobile,,mobile\n");
    carrier.key = execFileSync(CUTLINE, ["answer", "key", "--data", carrier.path("data")], { encoding: "utf8" }).trim();
    return carrier;
  }

  path(name) {
    return path.join(this.folder, name);
  }

  put(name, text) {
    fs.writeFileSync(this.path(name), text);
  }

  /* What the centre has to say of it. */
  get config() {
    return `lead: {plan: ${this.path("plan")}, directory: ${this.path("directory.yaml")}}\nletters: {organisation: kunming}\npartners:\n` +
      `  - {id: mobile-km, name: mobile-km, kind: carrier, way: http, url: "http://127.0.0.1:${this.port}/v1/letters", key: "${this.key}"}\n`;
  }

  async start(house) {
    const key = fs.readFileSync(path.join(house.folder, "data", "letter.pub"), "utf8").trim();
    this.put("answer.yaml", `answer: 1\nname: mobile-km\nport: ${this.port}\nlines: lines.yaml\nnotices: notices\naskers:\n  - {name: kunming, key: ${key}}\n` +
      "answers:\n  - purpose: fraud_lead\n    basis: anti_fraud_law\n    fields: [line_status, network, address, place, cell]\n");
    this.process = spawn(CUTLINE, ["answer", "--data", this.path("data"), "--config", this.path("answer.yaml"), "--lang", "en"], { stdio: ["ignore", "pipe", "pipe"] });
    this.said = "";
    this.process.stdout.on("data", (bytes) => (this.said += bytes));
    this.process.stderr.on("data", (bytes) => (this.said += bytes));
    this.process.on("exit", (code) => (this.exited = code ?? "killed"));
    await until("the carrier listens", () => {
      assert.equal(this.exited, undefined, this.said);
      return this.said.includes("listens");
    });
  }

  async end() {
    if (this.process && this.exited === undefined) {
      this.process.kill("SIGTERM");
      await until("the carrier ends", () => this.exited !== undefined);
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
