"""`make test` compiles no crate again that `make demo` has compiled: with the tests' own crates, the others keep their features."""

import subprocess
import unittest

from artifacts import ROOT


def crates(*edges):
    """Every crate with the features that it is compiled with, where those kinds of dependencies count."""
    tree = ["cargo", "tree", "--workspace", "--locked", "--offline", "--edges", ",".join(edges), "--prefix", "none",
            "--format", "{p} [{f}]"]
    text = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {line.removesuffix(" (*)") for line in text.splitlines() if line}


class OneBuild(unittest.TestCase):
    def test_no_crate_has_other_features_in_the_tests(self):
        built, tested = crates("normal", "build"), crates("normal", "build", "dev")
        self.assertEqual(built - tested, set(), "say so in the workspace's Cargo.toml, as for bitflags")


if __name__ == "__main__":
    unittest.main()
