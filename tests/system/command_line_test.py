"""The command line without a site: set-up, tools, and what is said of everything an operator may get wrong."""
import fcntl
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import termios
import time
import unittest

import stage

COMMAND = stage.BUILD / "cli" / "stillwatch"
DAEMON = stage.BUILD / "daemon" / "stillwatchd"
ORGANISATION = ("--organisation", "Example Helpline", "--contact", "https://helpline.example/monitoring")


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        self.addCleanup(shutil.rmtree, self.work)

    def run_command(self, *arguments, **options) -> subprocess.CompletedProcess:
        return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin"}, **options)

    def installation(self) -> pathlib.Path:
        made = self.run_command("init", self.work / "i", *ORGANISATION)
        self.assertEqual(made.returncode, 0, made.stderr)
        return self.work / "i" / "stillwatch.toml"

    def photographs(self, count: int) -> list[pathlib.Path]:
        return sorted((stage.ROOT / "build" / "photographs").rglob("postcard*.jpg"))[:count]

    def test_init_makes_an_installation_and_shows_the_identity_once(self):
        made = self.run_command("init", self.work / "i", *ORGANISATION)
        identity = re.search(r"AGE-SECRET-KEY-1\w+", made.stdout)
        self.assertTrue(identity, made.stdout)
        for file in (self.work / "i").rglob("*"):
            if file.is_file():
                self.assertNotIn(identity[0].encode(), file.read_bytes())
        self.assertEqual(self.run_command("--config", self.work / "i" / "stillwatch.toml", "check-config").returncode, 0)
        self.assertEqual((self.work / "i" / "data" / "keys").stat().st_mode & 0o777, 0o700)
        again = self.run_command("init", self.work / "i")
        self.assertEqual(again.returncode, 1)
        self.assertIn("exists already", again.stderr)

    def test_organisation_left_out_at_init_is_asked_for(self):
        self.assertEqual(self.run_command("init", self.work / "i").returncode, 0)
        checked = self.run_command("--config", self.work / "i" / "stillwatch.toml", "check-config")
        self.assertEqual(checked.returncode, 78)
        self.assertIn("organisation.name", checked.stderr)
        self.assertIn("organisation.contact", checked.stderr)

    def test_init_refuses_a_bad_recipient_and_makes_nothing(self):
        refused = self.run_command("init", self.work / "i", "--evidence-recipient", "age1nonsense")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--evidence-recipient", refused.stderr)
        self.assertFalse((self.work / "i").exists())

    def test_options_stand_before_or_after_the_command(self):
        config = self.installation()
        before = self.run_command("--json", "--config", config, "case", "list")
        after = self.run_command("case", "list", "--json", "--config", config)
        self.assertEqual((before.returncode, before.stdout), (after.returncode, after.stdout))
        self.assertEqual(before.returncode, 0)

    def test_usage_errors_exit_with_64(self):
        for arguments in ([], ["nonsense"], ["fetch"], ["case", "show"], ["crawl"], ["match", "--tiers", "x", "y"]):
            done = self.run_command(*arguments)
            self.assertEqual(done.returncode, 64, arguments)
            self.assertTrue(done.stderr.strip(), arguments)
        self.assertEqual(subprocess.run([DAEMON, "--nonsense"], capture_output=True).returncode, 64)

    def test_every_command_has_help(self):
        for command in ("init", "check-config", "case", "case open", "case withdraw", "reference add", "findings", "outbox",
                        "audit", "site", "status", "alert-test", "evidence verify", "crawl", "match", "fetch", "links",
                        "fingerprint"):
            done = self.run_command(*command.split(), "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertGreater(len(done.stdout), 80, command)

    def test_configuration_errors_name_file_and_line_and_exit_with_78(self):
        config = self.installation()
        good = config.read_text()
        lines = good.count("\n") + 1
        cases = {
            '[[site]]\nname = "a"\nseeds = ["http://a.example/"]\nhosts = ["b.example"]\n': r":\d+: ",
            "[surprise]\nx = 1\n": r":\d+: ",
            '[[channel]]\nname = "x"\nkind = "webhook"\nurl = "https://h.example/"\nsecret_file = "absent"\n': "absent",
        }
        for text, expected in cases.items():
            config.write_text(good + "\n" + text)
            done = self.run_command("--config", config, "check-config")
            self.assertEqual(done.returncode, 78, text)
            self.assertRegex(done.stderr, expected)
            line = int(re.search(r"stillwatch\.toml:(\d+): ", done.stderr)[1])
            self.assertIn(line, range(lines, lines + text.count("\n") + 2), done.stderr)
            daemon = subprocess.run([DAEMON, "--config", config], capture_output=True, text=True, timeout=20)
            self.assertEqual(daemon.returncode, 78)
        missing = self.run_command("--config", self.work / "absent.toml", "status")
        self.assertEqual(missing.returncode, 78)
        self.assertIn("absent.toml", missing.stderr)

    def test_consent_rules_are_enforced(self):
        config = self.installation()
        base = ["--config", config, "case", "open", "--recorded-by", "anna"]
        for expires, reason in (("2099-01-01", "12 months"), ("2001-01-01", "past"), ("soon", "date")):
            done = self.run_command(*base, "--approved-by", "berit", "--expires", expires)
            self.assertEqual(done.returncode, 1)
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.run_command("--config", config, "--json", "case", "list").stdout, "")

    def test_a_case_needs_an_end_but_for_a_person_under_18_who_is_told_who_helps(self):
        config = self.installation()
        told = self.run_command("--config", config, "case", "open", "--under-18")
        self.assertEqual(told.returncode, 1)
        self.assertIn("Take It Down", told.stderr)
        refused = self.run_command("--config", config, "case", "open")
        self.assertEqual(refused.returncode, 64)
        self.assertIn("--expires is required", refused.stderr)

    def test_a_site_at_an_address_that_the_guard_closes_is_called_refused_and_the_key_is_named(self):
        config = self.installation()
        key = "network.allowed_private_networks"
        config.write_text(config.read_text() + '\n[[site]]\nname = "own"\nseeds = ["http://127.0.0.77:9/"]\n'
                          'hosts = ["127.0.0.77:9"]\n')
        checked = self.run_command("--config", config, "check-config")
        self.assertEqual((checked.returncode, checked.stderr.count(key)), (0, 1), checked.stderr)
        plan = json.loads(self.run_command("--config", config, "--json", "site", "plan").stdout)
        self.assertIn(key, plan["first"][0]["verdict"])
        crawled = self.run_command("--config", config, "--json", "crawl", "--once")
        self.assertEqual(json.loads(crawled.stdout)["refused_by_guard"], {"own": 1})
        self.assertIn(key, crawled.stderr)
        health = self.run_command("--config", config, "site", "health")
        self.assertRegex(health.stdout, rf"own +refused[^$]*{key}")
        self.assertIn(key, self.run_command("--config", config, "fetch", "http://127.0.0.77:9/").stderr)
        # Opened, it is asked, and is down as anybody else.
        config.write_text(config.read_text().replace("allowed_private_networks = []",
                                                     'allowed_private_networks = ["127.0.0.77/32"]', 1))
        again = json.loads(self.run_command("--config", config, "--json", "crawl", "--once").stdout)
        self.assertEqual((again["refused_by_guard"], again["visits"]), ({}, {"unreachable": 1}))

    def test_options_are_named_as_they_were_given(self):
        config = self.installation()
        for arguments, option in ((("findings", "list", "--older-than", "3 weeks"), "--older-than: not an age"),
                                  (("findings", "list", "--tier", "video"), "--tier: not of: exact"),
                                  (("findings", "mark", "F-1"), "what to mark it as is missing: one of: noticed"),
                                  (("report", "period", "--since", "soon"), "--since: not a date")):
            done = self.run_command("--config", config, *arguments)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(option, done.stderr)
            self.assertNotIn('argument "', done.stderr)

    def test_unreadable_reference_names_file_and_reason_and_leaves_the_case(self):
        config = self.installation()
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * 30))
        opened = self.run_command("--config", config, "--json", "case", "open", "--recorded-by", "anna", "--approved-by",
                                  "berit", "--expires", expires)
        case = json.loads(opened.stdout)["case"]
        noise = self.work / "noise.jpg"
        noise.write_bytes(b"\xff\xd8\xff" + bytes(range(256)))
        text = self.work / "letter.txt"
        text.write_text("not a picture")
        for file, reason in ((noise, "undecodable"), (text, "undecodable"), (self.work / "absent.jpg", "no such file")):
            done = self.run_command("--config", config, "reference", "add", case, file)
            self.assertEqual(done.returncode, 1)
            self.assertIn(file.name, done.stderr)
            self.assertIn(reason, done.stderr)
        shown = json.loads(self.run_command("--config", config, "--json", "case", "show", case).stdout)
        self.assertEqual(shown["reference_list"], [])
        # A readable one beside an unreadable one is added all the same.
        mixed = self.run_command("--config", config, "reference", "add", case, noise, *self.photographs(1))
        self.assertEqual(mixed.returncode, 1)
        shown = json.loads(self.run_command("--config", config, "--json", "case", "show", case).stdout)
        self.assertEqual([reference["name"] for reference in shown["reference_list"]], ["R-01"])

    def test_fingerprint_prints_the_line_of_the_contract(self):
        photo = self.photographs(1)[0]
        done = self.run_command("fingerprint", photo)
        self.assertRegex(done.stdout, rf"^[0-9a-f]{{64}} \d+ \d+ \d+ {re.escape(str(photo))}\n$")
        turned = self.run_command("fingerprint", "--orientations", photo)
        self.assertEqual(len(turned.stdout.splitlines()), 9)

    def test_match_writes_the_columns_of_the_contract(self):
        references = self.work / "references"
        references.mkdir()
        photos = self.photographs(3)
        shutil.copy(photos[0], references)
        broken = self.work / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0")
        out = self.work / "out.csv"
        done = self.run_command("match", "--references", references, "--csv", out, *photos, broken)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = out.read_text().splitlines()
        self.assertEqual(lines[0], "file,status,tier,relation,reference,score,distance_bits,orientation,inliers")
        rows = [line.split(",") for line in lines[1:]]
        self.assertEqual([row[1] for row in rows], ["match", "none", "none", "undecodable"])
        self.assertEqual(rows[0][2:5], ["exact", "copy", photos[0].name])

    def test_links_prints_mechanism_and_address(self):
        page = self.work / "page.html"
        page.write_text('<a href="next.html">n</a><img src="/a b.jpg">')
        done = self.run_command("links", "--base", "http://h.example/x/", page)
        self.assertEqual(done.stdout.splitlines(), ["a_href http://h.example/x/next.html", "img_src http://h.example/a%20b.jpg"])
        page.write_text('<img src="/thumb.jpg" srcset="/full.jpg 2x"><img src="/other.jpg">')
        told = self.run_command("--json", "links", "--base", "http://h.example/x/", page).stdout.splitlines()
        self.assertEqual([(link["url"], link["item"]) for link in map(json.loads, told)],
                         [("http://h.example/full.jpg", 1), ("http://h.example/thumb.jpg", 1), ("http://h.example/other.jpg", 0)])

    def test_fetch_refuses_private_addresses_and_other_schemes(self):
        for address in ("http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/", "http://10.0.0.1/", "file:///etc/passwd",
                        "http://0x7f.1/"):
            done = self.run_command("fetch", address)
            self.assertEqual(done.returncode, 1, address)
            self.assertIn("refused", done.stderr, address)

    def test_evidence_verify_says_what_to_do_with_a_sealed_package(self):
        sealed = self.work / "x.tar.age"
        sealed.write_bytes(b"age-encryption.org/v1\n")
        done = self.run_command("evidence", "verify", sealed)
        self.assertEqual(done.returncode, 1)
        self.assertIn("age -d", done.stderr)

    def test_keys_that_others_may_read_are_refused(self):
        config = self.installation()
        (self.work / "i" / "data" / "keys" / "signing.key").chmod(0o644)
        done = self.run_command("--config", config, "case", "list")
        self.assertEqual(done.returncode, 1)
        self.assertIn("signing.key", done.stderr)

    def test_an_unknown_command_or_option_names_the_nearest(self):
        for arguments, expected in ((["finding", "list"], 'unknown command "finding", did you mean "findings"?'),
                                    (["case", "opne"], 'unknown command "opne", did you mean "open"?'),
                                    (["case", "xyzzy"], 'unknown command "xyzzy"; there are: open, approve, list'),
                                    (["--cofnig", "x", "status"], 'unknown option "--cofnig", did you mean "--config"?'),
                                    (["case", "open", "--expire=2027-01-01"], 'unknown option "--expire", did you mean "--expires"?'),
                                    (["--config", "finding", "staus"], 'unknown command "staus", did you mean "status"?')):
            done = self.run_command(*arguments)
            self.assertEqual(done.returncode, 64, arguments)
            self.assertIn(expected, done.stderr)

    def test_init_takes_the_contacts_that_the_configuration_takes(self):
        for contact in ("nobody", "ftp://helpline.example/", "+49 30 123"):
            done = self.run_command("init", self.work / "bad", "--organisation", "X", "--contact", contact)
            self.assertEqual(done.returncode, 1, contact)
            self.assertIn("--contact", done.stderr)
            self.assertFalse((self.work / "bad").exists())
        for number, contact in enumerate(("desk@helpline.example", "https://helpline.example/")):
            folder = self.work / str(number)
            self.assertEqual(self.run_command("init", folder, "--organisation", "X", "--contact", contact).returncode, 0)
            self.assertEqual(self.run_command("--config", folder / "stillwatch.toml", "check-config").returncode, 0)

    def test_check_config_passes_over_a_secret_that_the_user_may_not_open_and_says_so(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        config = self.installation()
        secret = self.work / "closed" / "secret"
        secret.parent.mkdir(mode=0o700)
        secret.write_text("whsec_" + "A" * 43 + "=\n")
        secret.chmod(0o600)
        config.write_text(config.read_text() + '\n[[channel]]\nname = "w"\nkind = "webhook"\nurl = "https://hooks.example/"\n'
                          f'secret_file = "{secret}"\n')
        for folder in (self.work, self.work / "i"):
            folder.chmod(0o755)
        config.chmod(0o644)
        program = self.work / "stillwatch"
        shutil.copy2(COMMAND, program)
        program.chmod(0o755)
        done = subprocess.run([program, "--config", config, "check-config"], capture_output=True, text=True, user=65534, group=65534,
                              extra_groups=[], env={"PATH": "/usr/bin:/bin"}, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: ", done.stderr)
        self.assertIn(f"{secret} may not be opened by you", done.stderr)
        # Who may open it checks it.
        secret.write_text("")
        self.assertEqual(self.run_command("--config", config, "check-config").returncode, 78)

    def test_check_config_looks_at_the_storage(self):
        config = self.installation()
        shutil.move(self.work / "i" / "data", self.work / "elsewhere")
        done = self.run_command("--config", config, "check-config")
        self.assertEqual(done.returncode, 78)
        self.assertIn("storage.directory", done.stderr)
        shutil.move(self.work / "elsewhere", self.work / "i" / "data")
        self.assertEqual(self.run_command("--config", config, "check-config").stderr, "")
        if os.geteuid() == 0:
            os.chown(self.work / "i" / "data" / "cases.db", 65534, 65534)
            done = self.run_command("--config", config, "check-config")
            self.assertEqual(done.returncode, 78)
            self.assertIn("cases.db belongs to", done.stderr)

    def test_root_works_in_the_daemons_folders_as_the_daemons_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        self.work.chmod(0o755)
        made = self.run_command("init", self.work / "i", *ORGANISATION, "--owner", "nobody")
        self.assertEqual(made.returncode, 0, made.stderr)
        config, data = self.work / "i" / "stillwatch.toml", self.work / "i" / "data"
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400))
        opened = self.run_command("--config", config, "--json", "case", "open", "--recorded-by", "ada", "--approved-by", "ben",
                                  "--expires", expires)
        case = json.loads(opened.stdout)["case"]
        self.assertEqual(self.run_command("--config", config, "case", "withdraw", case, "--yes").returncode, 0)
        self.assertTrue((data / "withdrawn").exists())
        self.assertEqual([str(file) for file in data.rglob("*") if file.stat().st_uid == 0], [])
        self.assertEqual(self.run_command("--config", config, "check-config").stderr, "")
        secret = self.work / "secret"
        self.run_command("channel", "secret", secret)
        config.write_text(config.read_text() + '\n[[channel]]\nname = "w"\nkind = "webhook"\nurl = "https://hooks.example/"\n'
                          f'secret_file = "{secret}"\n')
        self.assertIn(f"{secret}: Permission denied", self.run_command("--config", config, "check-config").stderr)
        shutil.chown(secret, "nobody")
        self.assertEqual(self.run_command("--config", config, "check-config").stderr, "")

    def test_a_lost_database_is_no_empty_one(self):
        config = self.installation()
        cases = self.work / "i" / "data" / "cases.db"
        cases.unlink()
        for arguments in (["check-config"], ["case", "list"], ["crawl", "--once"]):
            done = self.run_command("--config", config, *arguments)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(f"{cases} is gone", done.stderr)
        self.assertFalse(cases.exists())

    def test_channel_secret_is_one_that_webhooks_take_and_is_never_replaced(self):
        file = self.work / "hook.secret"
        done = self.run_command("channel", "secret", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        secret = file.read_text().strip()
        self.assertRegex(secret, r"^whsec_[A-Za-z0-9+/]{43}=$")
        again = self.run_command("channel", "secret", file)
        self.assertEqual(again.returncode, 1)
        self.assertIn("exists", again.stderr)
        self.assertEqual(file.read_text().strip(), secret)
        printed = self.run_command("channel", "secret").stdout.strip()
        self.assertRegex(printed, r"^whsec_")
        self.assertNotEqual(printed, secret)
        config = self.installation()
        config.write_text(config.read_text() + '\n[[channel]]\nname = "w"\nkind = "webhook"\nurl = "https://hooks.example/"\n'
                          f'secret_file = "{file}"\n')
        self.assertEqual(self.run_command("--config", config, "check-config").stderr, "")

    def test_match_exits_with_1_where_nothing_could_be_compared(self):
        references, empty = self.work / "references", self.work / "empty"
        references.mkdir()
        empty.mkdir()
        photos = self.photographs(2)
        shutil.copy(photos[0], references)
        broken = self.work / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0")
        for arguments, code, said in (((references, photos[1]), 0, ""), ((references, photos[1], broken), 0, "1 of 2 pictures could not be read"),
                                      ((references, broken), 1, "none of 1 pictures could be read"), ((empty, photos[1]), 1, "no file in it"),
                                      ((references, empty), 1, "no file in it")):
            done = self.run_command("match", "--references", *arguments)
            self.assertEqual(done.returncode, code, (arguments, done.stderr))
            self.assertIn(said, done.stderr)

    def test_pictures_of_formats_that_are_not_read_are_named_with_what_to_do(self):
        drawing = self.work / "drawing.psd"
        drawing.write_bytes(b"8BPS\0\1" + bytes(2000))
        done = self.run_command("fingerprint", drawing)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Photoshop is not read: ", done.stderr)
        self.assertIn("convert it to JPEG", done.stderr)

    def on_terminal(self, columns: int, *arguments) -> str:
        """What a terminal of so many columns shows."""
        controller, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen([COMMAND, *map(str, arguments)], stdout=terminal, env={"PATH": "/usr/bin:/bin"}) as program:
            os.close(terminal)
            shown = b""
            try:
                while part := os.read(controller, 65536):
                    shown += part
            except OSError:
                pass  # Linux says so where the other end is closed
            os.close(controller)
            self.assertEqual(program.wait(60), 0)
        return shown.decode().replace("\r\n", "\n")

    def test_tables_fit_a_terminal_and_nothing_of_them_is_cut(self):
        config = self.installation()
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * 30))
        self.run_command("--config", config, "case", "open", "--recorded-by", "anna", "--approved-by", "berit", "--expires", expires)
        rows = [json.loads(line) for line in self.run_command("--config", config, "--json", "audit", "list").stdout.splitlines()]
        shown = self.on_terminal(40, "--config", config, "audit", "list")
        for line in shown.splitlines():
            self.assertLessEqual(len(line), 40, shown)
        for row in rows:
            self.assertIn(row["object"], shown)
            self.assertIn(row["at"], shown)
        # A pipe gets the whole table, a row a line.
        self.assertEqual(len(self.run_command("--config", config, "audit", "list").stdout.splitlines()), len(rows) + 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
