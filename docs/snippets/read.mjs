// One file to its Report, with Node 18 or later and nothing else: API=https://... KEY=... node read.mjs invoice.pdf
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const { API, KEY } = process.env;

async function ofApi(method, path, body, type = "application/json") {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": type };
  const response = await fetch(API + path, { method, body, headers });
  const answer = await response.json();
  // A problem says what to do next.
  if (answer.hint) throw new Error(`${response.status} ${answer.code}: ${answer.detail}. ${answer.hint}`);
  return { response, answer };
}

async function read(file) {
  const content = await readFile(file);
  if (content.length <= 4_000_000) {
    return (await ofApi("POST", "/v1/invoices", content, "application/octet-stream")).answer;
  }
  const wanted = JSON.stringify({ name: basename(file), size: content.length });
  const { answer: link } = await ofApi("POST", "/v1/uploads", wanted);
  const sent = await fetch(link.url, { method: link.method, headers: link.headers, body: content });
  if (!sent.ok) throw new Error(`the upload was refused: ${sent.status} ${await sent.text()}`);
  for (;;) {
    const { response, answer } = await ofApi("GET", link.location);
    if (response.status !== 202) return answer;
    await sleep(1000 * Number(response.headers.get("retry-after")));
  }
}

const report = await read(process.argv[2]);
console.log(report.status, report.verdict);
for (const { invoice } of report.invoices) {
  console.log(invoice.invoice_number, invoice.seller.name, invoice.grand_total);
}
