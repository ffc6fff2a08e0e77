// The page as it was uploaded, with the place of every field drawn on it. Knows nothing of verdicts and reasons.

// What browsers show as it is, turned as EXIF says; anything else the API draws.
const SHOWN_BY_BROWSERS = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/bmp'];

/** What is shown: the row, its page, and the paths of its fields with how sure they are. */
let sheet = null;

/** Shows a page of an invoice; `marks` has a path, a state and a quad for each field on any page. */
async function showSheet(row, page, marks) {
  const shown = { row, page, marks };
  sheet = shown;
  const holder = $('#picture');
  holder.setAttribute('aria-busy', 'true');
  holder.replaceChildren(make('p', { class: 'note' }, say('loading')));
  const content = await picture(row, page).then((found) => drawPage(shown, found), drawRefusal);
  // Somebody has turned over or gone on meanwhile.
  if (sheet !== shown) return;
  holder.setAttribute('aria-busy', 'false');
  holder.replaceChildren(content);
}

/** The picture of a page, kept as long as its file. */
function picture({ entry, invoice, other }, page) {
  const member = (invoice ?? other)?.place?.member ?? null;
  const name = `${member ?? ''}#${page}`;
  if (!entry.pictures.has(name)) {
    const wanted = own(entry.file, member, invoice?.page ?? null).then((found) => found ?? drawn(entry, member, page));
    wanted.catch(() => entry.pictures.delete(name));
    entry.pictures.set(name, wanted);
  }
  return entry.pictures.get(name);
}

/** The file itself, where the browser shows it in the very size in which quads count. */
async function own(file, member, size) {
  if (member !== null || !SHOWN_BY_BROWSERS.includes(file.type)) return null;
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  const is_shown = await image.decode().then(() => true, () => false);
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  if (is_shown && (!size || (size.width === width && size.height === height))) return { url, width, height, pages: 1 };
  URL.revokeObjectURL(url);
  return null;
}

function drawn(entry, member, page) {
  const is_sendable = entry.upload || entry.file.size <= MAX_REQUEST_BYTES;
  if (!is_sendable) throw new Refusal(413, { detail: say('too_large_to_show'), code: 'too_large' });
  return preview(entry, member, page);
}

function drawRefusal(refusal) {
  const text = refusal.code === 'too_large' ? refusal.message : say('no_preview', refusal.message);
  return make('p', { class: 'note' }, text);
}

function drawPage(shown, found) {
  if (!found) return make('p', { class: 'note' }, say('no_picture'));
  const { url, width, height, pages } = found;
  // The largest lie lowest, so that a seal covers no field.
  const on_page = shown.marks.filter((mark) => mark.page === shown.page && mark.quad).sort((a, b) => area(b.quad) - area(a.quad));
  const places = on_page.map(({ path, state, quad }) => makeSvg('polygon', { points: corners(quad), class: `mark ${state}`,
    'data-path': path, onmouseenter: () => highlight(path), onmouseleave: () => highlight(null), onclick: () => focusField(path) }));
  const overlay = makeSvg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' }, places);
  const image = make('img', { src: url, alt: `${shown.row.name}, ${say('page_of', shown.page, pages)}`, width, height });
  drawPager(shown, pages);
  return make('div', { class: 'sheet' }, image, overlay);
}

function area(quad) {
  const extent = (from) => Math.max(...[0, 2, 4, 6].map((at) => quad[from + at])) - Math.min(...[0, 2, 4, 6].map((at) => quad[from + at]));
  return extent(0) * extent(1);
}

function corners(quad) {
  return [0, 2, 4, 6].map((at) => `${quad[at]},${quad[at + 1]}`).join(' ');
}

function drawPager(shown, pages) {
  const go = (page) => () => showSheet(shown.row, page, shown.marks);
  const button = (word, sign, page) => make('button', { type: 'button', class: 'plain', 'aria-label': say(word), disabled:
    page < 1 || page > pages, onclick: go(page) }, sign);
  const label = make('span', {}, say('page_of', shown.page, pages));
  $('#pager').replaceChildren(...(pages > 1
    ? [button('page_before', '‹', shown.page - 1), label, button('page_after', '›', shown.page + 1)] : []));
}

/** Shows where a field stands, on the page and among the fields. */
function highlight(path) {
  for (const element of document.querySelectorAll('.lit')) element.classList.remove('lit');
  document.querySelector('.sheet')?.classList.toggle('some-lit', path !== null);
  if (path === null) return;
  for (const element of document.querySelectorAll(`#details [data-path="${CSS.escape(path)}"]`)) element.classList.add('lit');
}

/** Turns to the page on which a field stands. */
function turnTo(path) {
  const mark = sheet?.marks.find((other) => other.path === path && other.quad);
  if (mark && mark.page !== sheet.page) showSheet(sheet.row, mark.page, sheet.marks).then(() => highlight(path));
}
