"""The demonstration's last part: two members of staff and one person's case, from its opening to the receipt of its end."""
import os
import pathlib
import re
import time

import staff


def wait_for(condition, what: str, timeout: float = 120) -> None:
    until = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {timeout:.0f} s")
        time.sleep(0.1)


class Story:
    """Tells what happens line by line with `say`; `problems` has what should have happened and did not."""

    def __init__(self, stillwatch, mail, hook, references: list[pathlib.Path], say):
        self.stillwatch, self.mail, self.hook, self.references, self.say = stillwatch, mail, hook, references, say
        self.problems: list[str] = []
        # Only root can be somebody else; anybody else works alone, which the program says wherever it matters.
        self.is_root = os.geteuid() == 0
        users = ("games", "news") if self.is_root else (None, None)
        self.anna, self.berit = (staff.Person(stillwatch, user) for user in users)

    def tell(self) -> list[str]:
        self.open_a_case()
        self.work_on_findings()
        self.see_it_again()
        self.withdraw()
        return self.problems

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.problems.append(f"story: {what}")

    def told(self, kind: str) -> list[dict]:
        """What the webhook was told of the case under that name, each alert once."""
        bodies = {identity: body for identity, body in self.hook.deliveries if body["type"] == kind}
        return [body["data"] for body in bodies.values() if body["data"].get("case") == self.case]

    def open_a_case(self) -> None:
        self.say("\nTwo members of staff and another person who asks for help")
        if self.is_root:
            for name, role, person in (("anna", "caseworker", self.anna), ("berit", "lead", self.berit)):
                self.stillwatch.plain("account", "add", name, "--role", role, "--unix-user", person.user)
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400))
        opened = self.anna.ask("case", "open", "--expires", expires)[0]
        self.case, self.pin = opened["case"], opened["withdrawal_pin"]
        if self.is_root:
            self.say(f"  anna opens {self.case}: consent {opened['consent']}; the person gets number and PIN")
            self.expect(opened["consent"] == "unapproved", "a consent was valid before anybody approved it")
            self.expect("recorded" in self.anna.refused("case", "approve", self.case), "anna approved what she recorded")
            self.say("  anna may not approve what she recorded")
            approved = self.berit.ask("case", "approve", self.case)[0]
            self.say(f"  berit approves: consent {approved['consent']}")
            self.expect((approved["consent"], approved["approval"]) == ("valid", "second_person"), "berit could not approve")
        else:
            self.say(f"  {self.case} is opened by one person alone, since only root can be two: approval {opened['approval']}")
        self.anna.ask("reference", "add", self.case, *self.references)
        self.findings = lambda: self.anna.ask("findings", "list", self.case, "--grouped")
        wait_for(lambda: len(self.findings()) > 2 and self.stillwatch.is_idle(), "findings of the second case", 120)
        wait_for(lambda: self.stillwatch.status()["alerts_queued"] == 0, "alerts of the second case")
        found = {row["alert"] for row in self.findings()}
        self.say(f"  {len(found)} findings; told by mail and webhook: {len(found & set(self.mail.ids) & set(self.hook.ids))}")
        self.expect(found <= set(self.mail.ids) and found <= set(self.hook.ids), "a finding was not told")

    def work_on_findings(self) -> None:
        rows = self.findings()
        self.seen, self.wrong = rows[0]["id"], rows[1]["id"]
        self.anna.ask("alerts", "ack", f"F-{self.seen}")
        self.expect(not any("next" in row for row in self.anna.ask("alerts", "explain", f"F-{self.seen}")), "an acknowledged alert is told again")
        self.say(f"  anna acknowledges F-{self.seen}: nobody is reminded, nothing is handed on")
        self.anna.ask("findings", "confirm", f"F-{self.seen}")
        self.anna.ask("findings", "dismiss", "--reason", "wrong_match", f"F-{self.wrong}")
        self.say(f"  anna confirms F-{self.seen} and dismisses F-{self.wrong} (wrong_match)")
        self.berit.ask("findings", "mark", f"F-{self.seen}", "down")
        wait_for(lambda: self.told("item.down"), "item.down")
        self.say(f"  berit marks F-{self.seen} as down; told: item.down")

    def see_it_again(self) -> None:
        for finding in (self.seen, self.wrong, self.seen):
            self.anna.ask("findings", "check", f"F-{finding}")
        wait_for(lambda: self.told("match.reappeared"), "match.reappeared")
        wait_for(self.stillwatch.is_idle, "the checks")
        back = [(data["finding"], data["epoch"]) for data in self.told("match.reappeared")]
        self.expect(back == [(self.seen, 2)], f"told as back: {back}")
        self.say(f"  both are still up: F-{self.seen} is told once more (match.reappeared, epoch 2), of F-{self.wrong} nobody hears")

    def withdraw(self) -> None:
        self.say("The person withdraws with number and PIN")
        addresses = {row["image_url"].encode() for row in self.findings()}
        others = {row["image_url"].encode() for row in self.stillwatch.places() if row["case"] != self.case}
        receipt = self.berit.ask("case", "withdraw", self.case, "--pin", "--yes", stdin=self.pin + "\n")[0]
        note = staff.verify_note(receipt["receipt"], self.stillwatch.plain("evidence", "key"))
        self.say("".join(f"    | {line}\n" for line in note.splitlines()) + "    | (signature verified with openssl)")
        self.expect(f"case {self.case}" in note.splitlines(), "the receipt is another case's")
        wait_for(lambda: self.told("consent.withdrawn"), "consent.withdrawn")
        self.expect(self.findings() == [], "findings were left")
        # What only this case had found stands in no file of the database of cases.
        files = list((self.stillwatch.folder / "data").glob("cases.db*"))
        left = [address for address in addresses - others for file in files
                if re.search(re.escape(address) + rb"(?![\w.])", file.read_bytes())]
        self.expect(not left, f"addresses of findings were left: {left}")
        self.say(f"  told: consent.withdrawn; nothing of the case is left in {', '.join(sorted(file.name for file in files))}")
