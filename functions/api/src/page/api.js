// What the API is asked, and how its refusals are told. Knows nothing of how anything looks.

// Whatever stands before our paths, such as a gateway's stage, stands before the page's too.
const BASE = location.pathname.replace(/\/?$/, '/');
const KEY = 'fapiao-key';
// A gateway takes no more in one request.
const MAX_REQUEST_BYTES = 4_300_000;
const PATIENCE_MS = 15 * 60_000;

/** A refusal of the API: its sentence, and what to do next. */
class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail);
    this.status = status;
    this.code = problem.code ?? '';
    this.hint = problem.hint ?? '';
    this.report = problem.report ?? null;
  }
}

const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

function address(path, query = {}) {
  const pairs = new URLSearchParams({ ...query, lang: language });
  return `${BASE}${path}?${pairs}`;
}

/** Asks; a refusal is thrown, but for the statuses that are answers. */
async function ask(path, { query, answers = [], ...options } = {}) {
  const headers = { Authorization: `Bearer ${key.get()}`, ...options.headers };
  let response;
  try {
    response = await fetch(address(path, query), { ...options, headers, cache: 'no-store' });
  } catch {
    throw new Refusal(0, { detail: say('unreachable') });
  }
  if (response.ok || answers.includes(response.status)) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(response.status, { detail: `${response.status}`, ...problem });
}

function post(path, body, options = {}) {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return ask(path, { method: 'POST', body, headers, ...options });
}

/** A file's Report and the language that it is said in, null where that is not known; `progress` hears how far a large one has come, from 0 to 1, and null with its id when it has arrived. */
async function readFile(file, progress) {
  if (file.size > MAX_REQUEST_BYTES) return readByUpload(file, progress);
  try {
    // A Report that says why a file is refused is an answer, too.
    const response = await post('v1/invoices', file, { answers: [422] });
    const answer = await response.json();
    if (answer.schema === undefined) throw new Refusal(response.status, answer);
    return { report: answer, language: languageOf(response) };
  } catch (refusal) {
    // Takes longer than a request may, or is larger.
    if (![413, 504].includes(refusal.status)) throw refusal;
    return readByUpload(file, progress).catch((other) => { throw other.code === 'no_uploads' ? refusal : other; });
  }
}

async function readByUpload(file, progress) {
  let response;
  try {
    response = await postJson('v1/uploads', { name: file.name, type: file.type, size: file.size });
  } catch (refusal) {
    if (refusal.status === 404) throw new Refusal(404, { code: 'no_uploads', detail: say('too_large') });
    throw refusal;
  }
  const link = await response.json();
  await put(link, file, progress);
  progress(null, link.id);
  return reportOf(link.id);
}

/** Sends a file to the bucket. Only this kind of request tells how far it has come. */
function put(link, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new Refusal(request.status, { detail: say('upload_failed', request.status || '-') }));
    request.open('PUT', link.url);
    for (const [name, value] of Object.entries(link.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(event.total, 1));
    request.onload = () => (request.status < 300 ? resolve() : fail());
    request.onerror = fail;
    request.send(file);
  });
}

function languageOf(response) {
  return response.headers.get('Content-Language')?.slice(0, 2) ?? null;
}

/** Asks for an upload's Report until it is there. */
async function reportOf(id) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const response = await ask(`v1/invoices/${id}`);
    if (response.status !== 202) return { report: await response.json(), language: languageOf(response) };
    const seconds = Number(response.headers.get('Retry-After')) || 2;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
  throw new Refusal(504, { detail: say('too_slow') });
}

/** The picture of a page, the size in which quads count, and how many pages there are; null where there is none. */
async function preview({ file, upload }, member, page) {
  const query = { page, ...(member === null ? {} : { member }), ...(upload ? { upload } : {}) };
  try {
    // What was uploaded need not be sent again.
    const response = await post('v1/preview', upload ? '' : file, { query });
    const number = (name) => Number(response.headers.get(name));
    const url = URL.createObjectURL(await response.blob());
    return { url, width: number('x-page-width'), height: number('x-page-height'), pages: number('x-page-count') };
  } catch (refusal) {
    if (refusal.code === 'no_picture') return null;
    throw refusal;
  }
}

/** The same Report in the language that is chosen now. */
async function retold(report) {
  return (await postJson('v1/reports', report)).json();
}

/** The list that is booked from, as `make read` writes it. */
async function listOf(named) {
  return (await postJson('v1/list', named)).blob();
}

function postJson(path, value) {
  return ask(path, { method: 'POST', body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });
}
