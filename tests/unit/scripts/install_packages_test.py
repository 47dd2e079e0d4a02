"""scripts/install-packages against an apt-get of its own: what is behind is upgraded, and no network is no silence."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Says what it was asked; answers a simulation with the lines of `plan` until an installation was carried out.
APT_GET = """#!/bin/bash
echo "$*" >>"$WORK/asked"
case " $* " in
*" update "*) exit "${UPDATE_CODE:-0}" ;;
*" -s "*) [ -e "$WORK/done" ] || cat "$WORK/plan"; exit 0 ;;
*" install "*) [ "${INSTALL_CODE:-0}" = 0 ] && touch "$WORK/done"; exit "${INSTALL_CODE:-0}" ;;
esac
"""
PENDING = "Inst libpng16-16 [1.6.39-2] (1.6.39-2+deb12u6 Debian-Security:12/oldstable-security [amd64])\n"


class InstallPackages(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        self.addCleanup(shutil.rmtree, self.work)
        (self.work / "scripts").mkdir()
        for name in ("install-packages", "packages.txt"):
            shutil.copy2(ROOT / "scripts" / name, self.work / "scripts")
            os.utime(self.work / "scripts" / name, (0, 0))
        programs = self.work / "bin"
        programs.mkdir()
        for name, text in (("apt-get", APT_GET), ("npm", "#!/bin/sh\n"), ("sudo", '#!/bin/sh\nexec "$@"\n')):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.lists = self.work / "lists"
        self.lists.mkdir()
        (self.lists / "debian_main_Packages.lz4").touch()
        (self.work / "plan").write_text("")
        (self.work / "asked").touch()

    def run_script(self, **environment) -> subprocess.CompletedProcess:
        return subprocess.run([self.work / "scripts" / "install-packages"], capture_output=True, text=True, timeout=30,
                              env={"PATH": f"{self.work / 'bin'}:/usr/bin:/bin", "WORK": str(self.work),
                                   "STILLWATCH_APT_LISTS": str(self.lists), **environment})

    def asked(self) -> str:
        return (self.work / "asked").read_text()

    def make_lists_old(self) -> None:
        old = time.time() - 3 * 86400
        for path in (self.lists / "debian_main_Packages.lz4", self.lists):
            os.utime(path, (old, old))

    def test_an_installed_package_with_an_update_pending_is_upgraded(self):
        (self.work / "plan").write_text(PENDING)
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("libpng16-16", done.stdout)
        self.assertTrue((self.work / "done").exists())

    def test_an_update_that_cannot_be_installed_is_a_failure_that_names_it(self):
        (self.work / "plan").write_text(PENDING)
        done = self.run_script(INSTALL_CODE="100")
        self.assertEqual(done.returncode, 1)
        self.assertIn("libpng16-16", done.stderr)
        # And the next run does not take it for checked.
        self.assertEqual(self.run_script(INSTALL_CODE="100").returncode, 1)

    def test_lists_of_today_are_not_fetched_again(self):
        self.assertEqual(self.run_script().returncode, 0)
        self.assertNotIn("update", self.asked())

    def test_old_lists_are_fetched_once(self):
        self.make_lists_old()
        self.assertEqual(self.run_script().returncode, 0)
        self.make_lists_old()  # apt leaves them as they are where nothing changed
        self.assertEqual(self.run_script().returncode, 0)
        self.assertEqual(sum(line.endswith(" update") for line in self.asked().splitlines()), 1)

    def test_missing_lists_are_fetched(self):
        (self.lists / "debian_main_Packages.lz4").unlink()
        self.assertEqual(self.run_script().returncode, 0)
        self.assertIn("update", self.asked())

    def test_a_network_failure_where_all_is_installed_is_said_and_breaks_nothing(self):
        self.make_lists_old()
        done = self.run_script(UPDATE_CODE="100")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("cannot be fetched", done.stderr)
        # It is tried again, and said again.
        self.assertIn("cannot be fetched", self.run_script(UPDATE_CODE="100").stderr)

    def test_a_second_run_where_nothing_changed_asks_apt_for_nothing(self):
        self.run_script()
        before = self.asked()
        self.assertEqual(self.run_script().returncode, 0)
        self.assertEqual(self.asked(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
