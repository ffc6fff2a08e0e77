"""What happens to files that are dropped, half written, replaced, deleted, strangely named or linked."""

import os
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import folders
from folders import QUIET_SECONDS, Inbox, Outbox, shown


class InboxTest(unittest.TestCase):
    def setUp(self):
        self.outside = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.outside / "inbox"
        self.folder.mkdir()
        self.sent, self.said, self.now = [], [], 0.0
        self.inbox = Inbox(self.folder, lambda key, file: self.sent.append((key, file.read())), self.hear)

    def hear(self, file, event, detail=""):
        self.said.append(f"{file} {event} {detail}")

    def look(self, seconds=0.0):
        self.now += seconds
        self.inbox.look(self.now)

    def settle(self):
        self.look()
        self.look(QUIET_SECONDS)

    def test_a_file_is_sent_once_under_its_path_whatever_its_name(self):
        names = ["a.jpg", "发票 1#2 100%+.png", "sub/folder/b.pdf", "empty.pdf"]
        for name in names:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(b"" if name.startswith("empty") else name.encode())
        self.settle()
        self.settle()
        self.assertEqual(sorted(key for key, _ in self.sent), sorted(names))
        self.assertIn(("sub/folder/b.pdf", b"sub/folder/b.pdf"), self.sent)

    def test_a_file_that_grows_is_not_sent_before_it_rests(self):
        with open(self.folder / "a.jpg", "wb", buffering=0) as file:
            for _ in range(5):
                file.write(b"half")
                self.look(QUIET_SECONDS)
            self.assertEqual(self.sent, [])
        self.settle()
        self.assertEqual(self.sent, [("a.jpg", b"half" * 5)])

    def test_a_file_that_changes_while_it_is_sent_is_sent_again(self):
        def send(key, file):
            self.sent.append((key, file.read()))
            if len(self.sent) == 1:
                (self.folder / key).write_bytes(b"second")

        self.inbox.send = send
        (self.folder / "a.jpg").write_bytes(b"first")
        for _ in range(3):
            self.settle()
        self.assertEqual(self.sent, [("a.jpg", b"first"), ("a.jpg", b"second")])

    def test_a_replaced_file_and_one_that_comes_back_are_sent_again_a_deleted_one_is_no_error(self):
        path = self.folder / "a.jpg"
        path.write_bytes(b"1")
        self.settle()
        kept = path.stat()
        (self.outside / "new").write_bytes(b"2")
        os.utime(self.outside / "new", ns=(kept.st_atime_ns, kept.st_mtime_ns))
        os.replace(self.outside / "new", path)
        self.settle()
        path.unlink()
        self.settle()
        path.write_bytes(b"3")
        self.settle()
        self.assertEqual([content for _, content in self.sent], [b"1", b"2", b"3"])
        self.assertEqual(self.said, ["inbox/a.jpg sent "] * 3)

    def test_links_pipes_and_hidden_files_are_left_alone(self):
        (self.outside / "secret").write_bytes(b"secret")
        (self.outside / "elsewhere").mkdir()
        (self.outside / "elsewhere" / "a.jpg").write_bytes(b"secret")
        os.symlink(self.outside / "secret", self.folder / "link.jpg")
        os.symlink(self.outside / "elsewhere", self.folder / "folder")
        os.symlink(self.folder, self.folder / "round")
        os.mkfifo(self.folder / "pipe.jpg")
        (self.folder / ".a.jpg.swp").write_bytes(b"draft")
        (self.folder / ".git").mkdir()
        (self.folder / ".git" / "a.jpg").write_bytes(b"hidden")
        self.settle()
        self.assertEqual(self.sent, [])

    def test_a_file_that_cannot_be_sent_is_told_once_and_holds_nobody_up(self):
        def send(key, file):
            if key == "b.jpg":
                raise ConnectionError("no bucket")
            self.sent.append((key, file.read()))

        self.inbox.send = send
        for name in ("a.jpg", "b.jpg", os.fsdecode(b"c\xff.jpg"), "d.jpg"):
            (self.folder / name).write_bytes(b"1")
        for _ in range(3):
            self.settle()
        self.assertEqual([key for key, _ in self.sent], ["a.jpg", "d.jpg"])
        self.assertEqual(sum("b.jpg not_sent no bucket" in line for line in self.said), 1)
        self.assertEqual(sum("not_sent" in line for line in self.said), 2)
        self.assertEqual(sum("no UTF-8" in line and "rename it" in line for line in self.said), 1)

    def test_the_folder_may_be_taken_away(self):
        self.folder.rmdir()
        self.look()
        self.assertTrue(self.folder.is_dir())


class OutboxTest(unittest.TestCase):
    def setUp(self):
        self.outside = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = self.outside / "outbox"
        self.bucket, self.said = {}, []
        self.outbox = Outbox(self.folder, lambda: {key: hash(value) for key, value in self.bucket.items()},
                             self.bucket.get, lambda file, event, _="": self.said.append(f"{file} {event}"))

    def here(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def test_what_is_new_or_changed_comes_and_what_is_gone_goes(self):
        self.bucket |= {"a.jpg.json": b"1", "票 #1/b%20+.pdf#2.json": b"2"}
        self.outbox.look()
        self.assertEqual(self.here(), self.bucket)
        self.bucket["a.jpg.json"] = b"3"
        del self.bucket["票 #1/b%20+.pdf#2.json"]
        (self.folder / "mine.txt").write_bytes(b"mine")
        self.outbox.look()
        self.assertEqual(self.here(), {"a.jpg.json": b"3", "mine.txt": b"mine"})

    def test_no_name_leads_out_of_the_folder(self):
        self.folder.mkdir()
        (self.outside / "elsewhere").mkdir()
        os.symlink(self.outside / "elsewhere", self.folder / "link")
        os.symlink(self.outside / "target", self.folder / "file.json")
        (self.outside / "target").write_bytes(b"old")
        self.bucket |= {name: b"1" for name in ("../x.json", "/etc/x.json", "a//b.json", "link/x.json", "link/new/x.json",
                                                 "./x.json", "long" * 100 + ".json", "file.json", "good.json")}
        self.outbox.look()
        self.assertEqual(sorted(self.here()), ["file.json", "good.json"])
        self.assertEqual((self.outside / "target").read_bytes(), b"old")
        self.assertEqual(list((self.outside / "elsewhere").iterdir()), [])
        self.assertEqual(sum("not_written" in line for line in self.said), 7)

    def test_a_report_is_never_seen_by_halves(self):
        seen = []
        self.enterContext(unittest.mock.patch.object(folders.os, "replace", lambda draft, path: seen.append(
            (Path(draft).read_bytes(), Path(draft).name.startswith("."), path.name))))
        self.bucket["a.json"] = b"whole"
        self.outbox.look()
        self.assertEqual(seen, [(b"whole", True, "a.json")])


class ShownTest(unittest.TestCase):
    def test_a_name_cannot_steer_the_terminal(self):
        self.assertEqual(shown("票 1.jpg"), "票 1.jpg")
        self.assertNotIn("\x1b", shown("\x1b[2J.jpg"))
        self.assertTrue(shown(os.fsdecode(b"\xff")).isprintable())


if __name__ == "__main__":
    unittest.main()
