"""A folder whose files are sent, and a folder into which answers come. Knows nothing of buckets: it is told how to send,
list and fetch.

Neither leaves its folder: links are not followed, and a name that would lead elsewhere is refused.
"""

import os
import stat
import tempfile
import time
from pathlib import Path

# A file is sent when it did not change for so long: before that somebody may still be writing it.
QUIET_SECONDS = 1.0


class Inbox:
    """`send(key, file)` is called for every file that came or changed; `say(file, event, detail)` for what the user should
    know: `sent`, or `not_sent` and why."""

    def __init__(self, folder, send, say):
        # The folder itself may be a link: that is the user's own choice.
        self.folder, self.send, self.say = Path(folder).resolve(), send, say
        self.waiting = {}
        self.settled = {}

    def look(self, now=None):
        """One round over the folder; to be called again and again."""
        now = time.monotonic() if now is None else now
        self.folder.mkdir(parents=True, exist_ok=True)
        present = set()
        for key, name, descriptor in files(self.folder):
            present.add(key)
            try:
                self.consider(key, name, descriptor, now)
            except FileNotFoundError:
                pass  # Deleted while we looked.
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one file, the others go on
                self.settled[key] = self.waiting.pop(key, (None,))[0]
                self.say(f"inbox/{shown(key)}", "not_sent", error)
        for gone in (self.waiting.keys() | self.settled.keys()) - present:
            self.waiting.pop(gone, None)
            self.settled.pop(gone, None)

    def consider(self, key, name, descriptor, now):
        seen = signature(os.stat(name, dir_fd=descriptor, follow_symlinks=False))
        if self.settled.get(key) == seen:
            return
        before, since = self.waiting.get(key, (None, now))
        if before != seen:
            self.waiting[key] = (seen, now)
        elif now - since >= QUIET_SECONDS:
            self.deliver(key, name, descriptor, seen)

    def deliver(self, key, name, descriptor, seen):
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise ValueError("its name is no UTF-8, and a key must be: rename it") from error
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descriptor)
        with open(opened, "rb") as file:
            if signature(os.fstat(opened)) != seen:
                return
            self.send(key, file)
            # Changed while it was being sent: it will be sent again.
            if signature(os.fstat(opened)) == seen:
                self.settled[key] = seen
                del self.waiting[key]
        self.say(f"inbox/{shown(key)}", "sent")


def files(folder):
    """Key, name, and an open folder to find it in, of every regular file. What begins with a dot is nobody's invoice:
    editors, synchronisers and file managers name their own files so."""
    for path, folders, names, descriptor in os.fwalk(folder, follow_symlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            if regular(name, descriptor):
                yield (Path(path) / name).relative_to(folder).as_posix(), name, descriptor


def regular(name, descriptor):
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode)
    except OSError:
        return False


def signature(status):
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


class Outbox:
    """`contents()` gives name and version of everything that should be here, `fetch(name)` its bytes; `say(file, event, detail)` is
    told `came` and the content, `gone`, or `not_written` and `not_removed` and why."""

    def __init__(self, folder, contents, fetch, say):
        self.folder, self.contents, self.fetch, self.say = Path(folder).resolve(), contents, fetch, say
        self.written = {}

    def look(self):
        """One round: what is new or changed comes, what is gone goes if it was we who wrote it."""
        contents = self.contents()
        for key, version in contents.items():
            if self.written.get(key) != version:
                self.written[key] = version
                self.bring(key)
        for key in self.written.keys() - contents.keys():
            del self.written[key]
            self.remove(key)

    def bring(self, key):
        try:
            content = self.fetch(key)
            if content is None:
                return
            write(self.folder, key, content)
            self.say(f"outbox/{shown(key)}", "came", content)
        except OSError as error:
            self.say(f"outbox/{shown(key)}", "not_written", error.strerror or error)

    def remove(self, key):
        try:
            path = place(self.folder, key)
            path.unlink(missing_ok=True)
            self.say(f"outbox/{shown(key)}", "gone")
        except OSError as error:
            self.say(f"outbox/{shown(key)}", "not_removed", error.strerror or error)


def write(folder, key, content):
    """Whole or not at all: whoever reads the folder never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = place(folder, key)
    descriptor, draft = tempfile.mkstemp(prefix=".coming-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        # As any new file of this user, not for this user alone.
        os.chmod(draft, 0o666 & ~umask())
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def place(folder, key):
    """Where a key's file is, with the sub-folders made; OSError for a key that leads out of the folder."""
    parts = key.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise OSError("its name is no path within a folder")
    path = folder
    for part in parts[:-1]:
        path = path / part
        if path.is_symlink():
            raise OSError(f"{path.name} is a link")
        path.mkdir(exist_ok=True)
    return path / parts[-1]


def umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def shown(text):
    """A name as the screen may show it: what steers a terminal is spelt out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape", "replace").decode() for letter in text)
