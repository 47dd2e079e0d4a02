"""`cmake --install` of a copied build folder, and what it brings: programs, units, manual pages, completion, documents."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import stage

NEEDED = ("cmake_install.cmake", "install_rules.cmake", "cli/stillwatch", "daemon/stillwatchd", "sandbox/stillwatch-worker", "stage",
          *(name for name in ("sandbox/stillwatch-video", "sandbox/stillwatch-faces") if (stage.BUILD / name).exists()))  # where they were built


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        # What the rules need and no more, elsewhere: nothing may be taken from the folder it was built in.
        moved = cls.work / "moved"
        for name in NEEDED:
            (moved / name).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (stage.BUILD / name).is_dir() else shutil.copy2
            copy(stage.BUILD / name, moved / name)
        cls.root = cls.work / "root"
        done = subprocess.run(["cmake", "--install", moved, "--prefix", "/opt/still"], capture_output=True, text=True,
                              env={**os.environ, "DESTDIR": str(cls.root)})
        cls.said = done.stdout + done.stderr
        cls.code = done.returncode
        cls.prefix = cls.root / "opt/still"
        cls.moved = moved

    def test_a_copied_build_folder_installs_and_names_what_it_installed(self):
        self.assertEqual(self.code, 0, self.said)
        self.assertNotIn(str(stage.BUILD), self.said)
        listed = (self.moved / "install_manifest.txt").read_text().split()
        self.assertIn("/opt/still/bin/stillwatch", listed)
        for name in listed:
            self.assertTrue((self.root / name.lstrip("/")).exists(), name)

    def test_installed_programs_run_and_find_the_worker(self):
        command = self.prefix / "bin/stillwatch"
        self.assertEqual(subprocess.run([command, "--version"], capture_output=True).returncode, 0)
        photograph = next((stage.ROOT / "build" / "photographs").rglob("postcard*.jpg"))
        self.assertEqual(subprocess.run([command, "fingerprint", photograph], capture_output=True).returncode, 0)
        self.assertEqual(subprocess.run([self.prefix / "sbin/stillwatchd", "--version"], capture_output=True).returncode, 0)

    def test_the_program_for_videos_stands_beside_the_worker_where_it_was_built(self):
        built = (stage.BUILD / "sandbox/stillwatch-video").exists()
        self.assertEqual((self.prefix / "libexec/stillwatch/stillwatch-video").exists(), built)

    def test_the_unit_names_the_prefix_it_was_installed_under(self):
        unit = (self.prefix / "lib/systemd/system/stillwatchd.service").read_text()
        self.assertIn("ExecStart=/opt/still/sbin/stillwatchd ", unit)
        self.assertNotIn("@", unit.replace("@system-service", "").replace("@privileged", "").replace("@resources", ""))
        for name in ("sysusers.d", "tmpfiles.d"):
            self.assertTrue((self.prefix / "lib" / name / "stillwatch.conf").exists())

    def test_licence_readme_documents_and_sample_are_installed(self):
        documents = self.prefix / "share/doc/stillwatch"
        for name in ("LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "stillwatch.toml", "docs/architecture.md",
                     "docs/formats/evidence.md"):
            self.assertTrue((documents / name).exists(), name)

    def test_manual_pages_render_without_a_warning(self):
        pages = sorted((self.prefix / "share/man").rglob("*.[158]"))
        names = {page.name for page in pages}
        self.assertLessEqual({"stillwatch.1", "stillwatch-case.1", "stillwatch-backup.1", "stillwatchd.8", "stillwatch.toml.5"}, names)
        self.assertNotIn("stillwatch-write-pages.1", names)
        for page in pages:
            done = subprocess.run(["groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", page], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertIn("SYNOPSIS" if page.suffix != ".5" else "[organisation]", done.stdout)

    def test_every_key_of_the_configuration_has_its_place_in_the_manual(self):
        page = (self.prefix / "share/man/man5/stillwatch.toml.5").read_text().replace("\\-", "-")
        sample = (stage.ROOT / "config/stillwatch.toml").read_text()
        keys = [line.split(" = ")[0].removeprefix("# ") for line in sample.splitlines()
                if " = " in line and " " not in line.removeprefix("# ").split(" = ")[0]]
        self.assertGreater(len(keys), 60)
        for key in keys:
            self.assertIn(f"\\fB{key} = ", page)

    def completions(self, line: str) -> list[str]:
        """What bash offers at the end of a line."""
        script = self.prefix / "share/bash-completion/completions/stillwatch"
        words = line.split(" ")
        done = subprocess.run(["bash", "-c", 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stillwatch; printf "%s\\n" "${COMPREPLY[@]}"',
                               script, *words], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion_knows_commands_and_options(self):
        self.assertIn("backup", self.completions("stillwatch "))
        self.assertNotIn("write-pages", self.completions("stillwatch "))
        self.assertEqual(self.completions("stillwatch fin"), ["findings", "fingerprint"])
        self.assertEqual(sorted(self.completions("stillwatch case ")), ["approve", "face-sites", "list", "open", "pin", "renew", "show", "withdraw"])
        self.assertIn("--expires", self.completions("stillwatch case open --"))
        self.assertIn("--json", self.completions("stillwatch --config x.toml case open --j"))
        self.assertEqual(self.completions("stillwatch case open --reco"), ["--recorded-by"])

    def test_without_a_build_it_says_so(self):
        empty = self.work / "empty"
        empty.mkdir()
        for name in ("cmake_install.cmake", "install_rules.cmake"):
            shutil.copy2(stage.BUILD / name, empty)
        done = subprocess.run(["cmake", "--install", empty, "--prefix", "/opt/still"], capture_output=True, text=True,
                              env={**os.environ, "DESTDIR": str(self.work / "other")})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("build first", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
