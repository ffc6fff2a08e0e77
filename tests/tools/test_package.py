"""What the proof of a package must find: each fault alone, in a package that is right but for it."""

import contextlib
import hashlib
import io
import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import elf
import fetch_models
import prove_package
from artifacts import FUNCTIONS, ROOT, local_template, proof

ARCH = prove_package.this_machine()
# A program that is surely there, small, and linked with this machine's C library.
PROGRAM = Path(shutil.which("cat")).resolve()
MODEL = b"a model"


class PackageTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.enterContext(mock.patch.object(prove_package, "prove_runs"))
        self.enterContext(mock.patch.dict(prove_package.NEWEST, GLIBC=(9, 9)))
        self.enterContext(mock.patch.object(prove_package, "LIBRARIES", set(elf.needs(PROGRAM).libraries)))
        self.enterContext(mock.patch.object(prove_package, "expected", lambda _: {"m.onnx": hashlib.sha256(MODEL).hexdigest()}))
        for function in FUNCTIONS:
            (self.folder / function / "models").mkdir(parents=True)
            (self.folder / function / "models" / "m.onnx").write_bytes(MODEL)
            shutil.copy(PROGRAM, self.folder / function / "bootstrap")

    def prove(self, arch=ARCH):
        prove_package.main(arch, self.folder)

    def refused(self, *words, arch=ARCH):
        with self.assertRaises(prove_package.Unproven) as refusal:
            self.prove(arch)
        for word in words:
            self.assertIn(word, str(refusal.exception))
        self.assertIsNone(proof(self.folder))

    def test_a_right_package_is_proven_until_it_changes(self):
        self.prove()
        self.assertEqual(proof(self.folder)["architecture"], ARCH)
        (self.folder / "api/bootstrap").write_bytes(b"another")
        self.assertIsNone(proof(self.folder))

    def test_a_newer_c_library_is_refused(self):
        with mock.patch.dict(prove_package.NEWEST, GLIBC=(2, 1)):
            self.refused("ingest/bootstrap: needs GLIBC_2.", "Lambda has GLIBC_2.1,")

    def test_a_newer_c_library_is_found_in_every_file(self):
        shutil.copy(PROGRAM, self.folder / "api" / "helper.so")
        with mock.patch.dict(prove_package.NEWEST, GLIBC=(2, 1)), mock.patch.object(prove_package, "FUNCTIONS", ("api",)):
            self.refused("api/helper.so: needs GLIBC_2.")

    def test_a_library_that_lambda_lacks_is_refused(self):
        with mock.patch.object(prove_package, "LIBRARIES", set()):
            self.refused("needs libc.so.6, which Lambda may not have")

    def test_a_package_for_another_machine_is_refused(self):
        self.refused("is for EM_", arch="arm64" if ARCH == "x86_64" else "x86_64")

    def test_a_missing_model_is_refused(self):
        (self.folder / "api/models/m.onnx").unlink()
        self.refused("api/models/m.onnx: is missing")

    def test_a_changed_model_is_refused(self):
        (self.folder / "ingest/models/m.onnx").write_bytes(b"half of it")
        self.refused("ingest/models/m.onnx: has another checksum")

    def test_a_program_that_only_its_owner_may_run_is_refused(self):
        (self.folder / "ingest/bootstrap").chmod(0o700)
        self.refused("ingest/bootstrap: other users may not run it")

    def test_a_package_over_the_limit_is_refused(self):
        with mock.patch.object(prove_package, "UNZIPPED", 1024):
            self.refused("MB unzipped, Lambda takes 0")

    def test_no_package_is_told_with_what_to_do(self):
        shutil.rmtree(self.folder / "api")
        self.refused("there is no package: run `make package")


class ElfTest(unittest.TestCase):
    def test_versions_are_numbers_and_nameless_ones_are_newest(self):
        self.assertLess(elf.version("GLIBC_2.4"), elf.version("GLIBC_2.34"))
        self.assertLess(elf.version("GLIBC_2.2.5"), elf.version("GLIBC_2.3"))
        self.assertGreater(elf.version("GLIBC_ABI_DT_RELR"), elf.version("GLIBC_2.99"))
        self.assertEqual(elf.version("GLIBCXX_3.4.29"), ("GLIBCXX", (3, 4, 29)))

    def test_half_a_file_is_told_and_breaks_nothing(self):
        with tempfile.NamedTemporaryFile() as file:
            for length in (4, 10, 100, 5000):
                Path(file.name).write_bytes(PROGRAM.read_bytes()[:length])
                with self.assertRaises(ValueError):
                    elf.needs(Path(file.name))


class LibraryTest(unittest.TestCase):
    def test_lambda_has_what_the_engines_library_needs(self):
        for arch, (name, _) in fetch_models.LIBRARIES.items():
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(prove_package.wrong_file(fetch_models.MODELS / name, arch, set()), [])

    def test_a_newer_cpp_library_is_refused(self):
        library = fetch_models.MODELS / fetch_models.LIBRARIES["x86_64"][0]
        with mock.patch.dict(prove_package.NEWEST, GLIBCXX=(3, 4, 20)):
            self.assertIn("needs GLIBCXX_3.4.21", prove_package.wrong_file(library, "x86_64", set())[0])


class TemplateTest(unittest.TestCase):
    def test_a_local_run_takes_what_make_build_made(self):
        self.assertIn("CodeUri: artifacts/lambda/ingest/", (ROOT / "template.yaml").read_text())
        self.assertIn(f'CodeUri: "{ROOT}/artifacts/local/ingest"', local_template())
        self.assertNotIn("artifacts/lambda/", local_template())
