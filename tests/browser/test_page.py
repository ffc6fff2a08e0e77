"""The page in a real browser, on the template deployed to a local AWS: what people drop, see, press and are told."""

import base64
import csv
import io
import json
import os
import sys
import unittest
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import browser

sys.path.append(str(browser.ROOT / "tests" / "tools"))

FIXTURES = browser.ROOT / "tests" / "fixtures"
# A page of pixels takes seconds on a busy machine; everything else is there at once.
READING_MS, PATIENCE_MS = 120_000, 15_000
PAINT_MS = 200
DESK, TELEPHONE = (1360, 900), (390, 844)
# A photo, a PDF of two invoices and a page that is none, a roll, an OFD, and a text that is no invoice.
PHOTO, PDF, ROLL, OFD = "form-photo.jpg", "text-two-invoices.pdf", "roll.jpg", "all-sources.ofd"
NO_INVOICE = ("notes.txt", b"Nothing to see here.\n")
FAINT = "bench/roll_hard.jpg"
DROP = """files => {
  const transfer = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""
# Where each box is on the screen, and where the picture is.
BOXES = """() => {
  const of = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const image = document.querySelector('.sheet img');
  return { picture: of(image), natural: [image.naturalWidth, image.naturalHeight],
    boxes: [...document.querySelectorAll('.sheet .mark')].map(mark =>
      ({ path: mark.dataset.path, state: mark.classList[1], sides: of(mark) })) };
}"""
PAINT = """() => new Promise(tell => new PerformanceObserver(list => {
  const paint = list.getEntriesByName('first-contentful-paint')[0];
  if (paint) tell(paint.startTime);
}).observe({ type: 'paint', buffered: true }))"""
TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}


@unittest.skipUnless(browser.find(), "no browser: `make browser` gets one into .browser/")
class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = ExitStack()
        cls.addClassCleanup(cls.all.close)
        cls.url, cls.key, cls.bucket = cls.all.enter_context(stack())
        cls.launch = staticmethod(cls.all.enter_context(browser.launched()))
        browser.SHOTS.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def page(self, language="zh-CN", scheme="light", size=DESK, with_key=True):
        """A page of its own; afterwards nobody else may have been asked for anything, and nothing may have gone wrong."""
        window = self.launch()
        try:
            context = window.new_context(locale=language, color_scheme=scheme,
                                         viewport={"width": size[0], "height": size[1]}, accept_downloads=True)
            context.set_default_timeout(PATIENCE_MS)
            asked, faults = [], []
            context.on("request", lambda request: asked.append(request.url))
            page = context.new_page()
            # From now on the browser hands file choosers over: told at the last moment, it sometimes opens one of its own.
            page.on("filechooser", lambda _: None)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
            page.goto(self.url + "/")
            if with_key:
                page.fill("#key", self.key)
                page.press("#key", "Enter")
            yield page
            self.assertEqual(faults, [])
            origins = {urlsplit(url)[:2] for url in asked if not url.startswith(("blob:", "data:"))}
            self.assertLessEqual(origins, {urlsplit(self.url)[:2], urlsplit(self.bucket)[:2]})
        finally:
            window.close()

    def shot(self, page, name):
        page.screenshot(path=browser.SHOTS / f"{name}.png", full_page=True)

    def test_five_kinds_of_file_are_dropped_and_each_gets_its_verdict(self):
        with self.page() as page:
            drop(page, PHOTO, PDF, ROLL, OFD, NO_INVOICE)
            finished(page)
            self.assertEqual(verdicts(page), [
                (PHOTO, "已核实"), (PDF, "已核实"), (PDF, "已核实"), (ROLL, "已核实"), (OFD, "已核实"),
                ("notes.txt", "未识别")])
            cells = page.locator(f"#rows tr:has-text('{ROLL}') td").all_inner_texts()
            self.assertEqual(cells[1:], ["中国石化销售有限公司上海石油分公司", "上海今日头条科技有限公司", "03574125",
                                         "2019-01-14", "500.00"])
            self.shot(page, "five-kinds")

    def test_boxes_stand_where_the_fields_are_printed(self):
        with self.page() as page:
            drop(page, PHOTO, PDF, ROLL, OFD)
            finished(page)
            for at, name in enumerate((PHOTO, PDF, PDF, ROLL)):
                invoice = self.look_at(page, at)
                self.assert_boxes_fit(page, invoice, name)
                self.shot(page, f"boxes-{at}")
            page.click("#zoom")
            self.assert_boxes_fit(page, invoice, "enlarged")
            self.look_at(page, 4, has_picture=False)
            self.assertIn("没有图像", page.inner_text("#picture"))
            self.assertIn("杭州丁戊己饭店", page.inner_text("#fields"))

    def look_at(self, page, at, has_picture=True):
        """Chooses a row, waits for its picture, gives its part of the Report."""
        page.locator("#rows .name").nth(at).click()
        page.wait_for_selector("#picture[aria-busy=false]" + (" img" if has_picture else " .note"), timeout=READING_MS)
        return json.loads(page.locator("#json-text").text_content())

    def assert_boxes_fit(self, page, invoice, name):
        seen = page.evaluate(BOXES)
        left, top, right, _ = seen["picture"]
        scale = (right - left) / invoice["page"]["width"]
        first = invoice["place"]["pages"][0]
        wanted = {path: field["quad"] for path, field in invoice["fields"].items()
                  if field["quad"] and field["page"] == first}
        self.assertGreater(len(wanted), 10, name)
        self.assertEqual({box["path"] for box in seen["boxes"]}, set(wanted), name)
        for box in seen["boxes"]:
            quad = wanted[box["path"]]
            sides = [left + scale * min(quad[::2]), top + scale * min(quad[1::2]),
                     left + scale * max(quad[::2]), top + scale * max(quad[1::2])]
            for is_at, should in zip(box["sides"], sides):
                self.assertLess(abs(is_at - should), 4, f"{name}: {box}")
            verified = invoice["fields"][box["path"]]["verified"]
            self.assertEqual(box["state"], "verified" if verified else "open", f"{name}: {box}")

    def test_a_field_shows_its_place_and_a_place_its_field(self):
        with self.page() as page:
            drop(page, ROLL)
            finished(page)
            self.look_at(page, 0)
            for path, hovered in (("invoice_number", "#fields"), ("grand_total", ".sheet")):
                page.hover(f"{hovered} [data-path='{path}']")
                lit = page.locator(".lit").evaluate_all("all => all.map(e => e.dataset.path + ' ' + e.tagName)")
                self.assertEqual(sorted(lit), sorted([f"{path} BUTTON", f"{path} polygon"]))

    def test_reasons_are_told_in_the_language_that_is_chosen(self):
        with self.page() as page:
            drop(page, FAINT, NO_INVOICE)
            finished(page)
            page.locator("#rows .name").nth(0).click()
            page.wait_for_selector("#to-do :text('没有其他来源可以印证')")
            chinese = page.locator("#to-do").inner_text()
            self.assertNotIn("nothing confirms it", chinese)
            self.assertIn("需要处理", chinese)
            self.assertIn("请与票面核对", chinese)
            self.shot(page, "reasons-chinese")
            page.click("#language")
            page.wait_for_selector("#to-do :text('What to do')")
            english = page.locator("#to-do").inner_text()
            page.wait_for_selector("#to-do :text('nothing confirms it')")
            english = page.locator("#to-do").inner_text()
            self.assertIn("compare it with the page", english)
            self.assertFalse(any("\u4e00" <= letter <= "\u9fff" for letter in english), english)
            self.assertEqual(page.locator("html").get_attribute("lang"), "en")
            self.shot(page, "reasons-english")

    def test_what_a_failed_check_names_is_red(self):
        def alter(route):
            answer = route.fetch()
            report = answer.json()
            invoice = report["invoices"][0]
            check = next(check for check in invoice["checks"] if "grand_total" in check["fields"])
            check["status"] = "fail"
            invoice["verdict"] = "review"
            invoice["reasons"] = [{"id": "check_failed", "params": {"rule": check["rule"]}, "message": check["detail"]}]
            route.fulfill(response=answer, json=report)

        with self.page() as page:
            page.route("**/v1/invoices?*", alter)
            drop(page, ROLL)
            finished(page)
            self.look_at(page, 0)
            for place in ("#fields .field", ".sheet .mark"):
                self.assertIn("failed", page.get_attribute(f"{place}[data-path=grand_total]", "class").split())
            self.assertIn("请核对标红的字段", page.inner_text("#to-do"))
            self.assertIn("1 项不符", page.inner_text("#checks summary"))

    def test_a_file_of_20_megabytes_goes_by_upload_and_is_shown(self):
        with self.page() as page:
            sent = []
            page.on("request", lambda request: sent.append((request.method, urlsplit(request.url)[:2])))
            drop(page, ("large.pdf", large_pdf(20_000_000)))
            page.wait_for_selector(".badge.sending, .badge.reading, .badge.verified")
            finished(page)
            self.assertEqual(verdicts(page), [("large.pdf", "已核实")] * 2)
            self.assertIn(("PUT", urlsplit(self.bucket)[:2]), sent)
            self.assert_boxes_fit(page, self.look_at(page, 0), "large.pdf")

    def test_the_list_is_the_one_that_is_booked_from(self):
        with self.page() as page:
            drop(page, OFD, PDF, ("again.pdf", (FIXTURES / PDF).read_bytes()), NO_INVOICE)
            finished(page)
            with page.expect_download() as download:
                page.click("#csv")
            text = Path(download.value.path()).read_text(encoding="utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text)))
            self.assertEqual(download.value.suggested_filename, "invoices.csv")
            self.assertEqual(sorted(row["文件"] for row in rows), ["again.pdf"] * 2 + [OFD, "notes.txt"] + [PDF] * 2)
            numbers = {row["发票号码"] for row in rows if row["文件"] == PDF}
            self.assertEqual(numbers, {'="25312000000012345678"', '="25312000000087654321"'})
            self.assertEqual(len([row for row in rows if row["重复于"]]), 2)

    def test_the_keyboard_reaches_everything(self):
        with self.page(with_key=False) as page:
            tab_to(page, "#key")
            page.keyboard.type(self.key)
            page.keyboard.press("Enter")
            tab_to(page, "#choose")
            with page.expect_file_chooser() as chooser:
                page.keyboard.press("Enter")
            chooser.value.set_files([FIXTURES / ROLL, FIXTURES / PDF])
            finished(page)
            tab_to(page, "#csv")
            tab_to(page, "#rows .name")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            self.assertEqual(focused(page, "id"), "details-title")
            page.wait_for_selector("#picture img")
            tab_to(page, "#fields .field")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            self.assertEqual(page.locator(".sheet .lit").count(), 1)
            tab_to(page, "#checks summary")
            page.keyboard.press("Enter")
            self.assertTrue(page.is_visible("#checks li"))
            self.shot(page, "keyboard")
            page.keyboard.press("Escape")
            self.assertIn("name", focused(page, "className"))
            self.assertTrue(page.is_visible("#rows .name:focus-visible"))

    def test_a_wrong_key_is_asked_for_again_and_nothing_is_lost(self):
        with self.page(with_key=False) as page:
            drop(page, ROLL)
            self.assertEqual(focused(page, "id"), "key")
            page.keyboard.type("wrong")
            page.keyboard.press("Enter")
            page.wait_for_selector("#key[aria-invalid=true]")
            self.assertIn("密钥无效", page.inner_text("#key-note"))
            page.keyboard.type(self.key)
            page.keyboard.press("Enter")
            finished(page)
            self.assertEqual(verdicts(page), [(ROLL, "已核实")])
            self.assertEqual(page.evaluate("[localStorage.length, document.cookie]"), [0, ""])

    def test_an_invoice_that_comes_twice_is_nobodys_to_pay_unseen(self):
        with self.page() as page:
            drop(page, PDF, ("again.pdf", (FIXTURES / PDF).read_bytes()))
            finished(page)
            self.assertEqual([verdict for _, verdict in verdicts(page)], ["已核实"] * 2 + ["待复核"] * 2)
            page.locator("#rows .name").nth(2).click()
            self.assertIn(f"与“{PDF}”是同一张发票", page.inner_text("#to-do"))

    def test_axe_finds_nothing_serious(self):
        for name, setting in (("day", {}), ("night", {"scheme": "dark", "language": "en-GB"}), ("telephone", {"size": TELEPHONE})):
            with self.subTest(name), self.page(**setting) as page:
                self.assert_accessible(page, name)
                drop(page, FAINT, OFD, NO_INVOICE)
                finished(page)
                self.look_at(page, 0)
                page.click("#checks summary")
                self.shot(page, f"look-{name}")
                self.assert_accessible(page, name)
                if name == "telephone":
                    width = page.evaluate("document.documentElement.scrollWidth")
                    self.assertLessEqual(width, TELEPHONE[0], "the page is wider than the screen")

    def assert_accessible(self, page, name):
        page.evaluate(browser.axe())
        found = page.evaluate("axe.run()")["violations"]
        serious = [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found
                   if rule["impact"] in ("serious", "critical")]
        self.assertEqual(serious, [], name)

    def test_the_first_content_is_there_at_once(self):
        with self.page() as page:
            paints = []
            for _ in range(5):
                page.reload()
                paints.append(page.evaluate(PAINT))
            print(f"first content after {min(paints):.0f} to {max(paints):.0f} ms", file=sys.stderr)
            self.assertLess(min(paints), PAINT_MS)


@contextmanager
def stack():
    """Address and key of the API, and the address of the buckets: of a stack of its own, or of one that stands already."""
    from key import key
    from local_aws import LocalAws, client

    given = os.environ.get("PAGE_STACK")
    aws = None if given else LocalAws()
    try:
        if aws:
            aws.start()
        outputs = json.loads(Path(given).read_text()) if given else aws.deploy()
        secrets = client("secretsmanager", outputs["Endpoint"])
        yield outputs["ApiUrl"], key(secrets, outputs["ApiKeyArn"]), outputs["Endpoint"]
    finally:
        if aws:
            aws.stop()


def large_pdf(size):
    """A PDF with much between its table and its end, which readers pass over."""
    pdf = (FIXTURES / PDF).read_bytes()
    at = pdf.rindex(b"startxref")
    line = b"%" + b"x" * 98 + b"\n"
    return pdf[:at] + line * ((size - len(pdf)) // len(line) + 1) + pdf[at:]


def drop(page, *files):
    """Drops files of tests/fixtures, or a name and its content."""
    named = [file if isinstance(file, tuple) else (Path(file).name, (FIXTURES / file).read_bytes()) for file in files]
    page.evaluate(DROP, [[name, TYPES.get(Path(name).suffix, ""), base64.b64encode(content).decode()] for name, content in named])


def finished(page):
    """Waits until every file is read."""
    page.wait_for_selector("#rows .name")
    page.locator(".badge.waiting, .badge.sending, .badge.reading").first.wait_for(state="detached", timeout=READING_MS)


def verdicts(page):
    rows = page.locator("#rows tbody tr")
    names, badges = rows.locator(".name").all_inner_texts(), rows.locator(".badge").all_inner_texts()
    return [(name, badge.split()[-1] if badge.split()[0] in "✓!✕" else badge[1:].strip()) for name, badge in zip(names, badges)]


def focused(page, what):
    return page.evaluate(f"document.activeElement.{what}")


def tab_to(page, selector):
    """Presses Tab until something that the selector finds has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by the Tab key")


if __name__ == "__main__":
    unittest.main()
