#include "control/roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::control {

namespace {

using enum Role;

// Whoever watches the watchers sees what was done and how much of it, and no address, picture or name.
constexpr Roles everybody{none, auditor, caseworker, lead, operations};
constexpr Roles staff{auditor, caseworker, lead, operations};
constexpr Roles casework{caseworker, lead, operations};
constexpr Roles watching{auditor, lead, operations};
constexpr Roles running{lead, operations};
constexpr Roles operators{operations};

constexpr std::array shown_roles{auditor, caseworker, lead, operations};

} // namespace

std::string Roles::text() const
{
    std::vector<std::string_view> names;
    for (const auto role : shown_roles)
        if (contains(role)) names.push_back(name_of(role));
    if (names.empty()) return "nobody";
    std::string text(names.front());
    for (std::size_t i = 1; i < names.size(); ++i)
        text += fmt::format("{}{}", i + 1 == names.size() ? " or " : ", ", names[i]);
    return text;
}

const std::vector<CommandRule>& command_rules()
{
    static const std::vector<CommandRule> rules{
        {"account.add", operators, "gives a member of staff a role"},
        {"account.disable", operators, "takes it away"},
        {"account.list", staff, "who has which role"},
        {"alert-test", running, "sends a marked test through a channel"},
        {"audit.checkpoint", watching, "the signed root of the log as it stands"},
        {"audit.consistency", watching, "proves that nothing of an older state was rewritten"},
        {"alerts.ack", casework, "says that somebody has an alert: nobody is reminded, nothing is handed on"},
        {"alerts.explain", casework, "what was decided about an alert and why, what follows and when"},
        {"alerts.list", casework, "alerts that wait for an answer, a delivery or their time"},
        {"alerts.silence", casework, "holds the alerts of a case or a site until a time"},
        {"alerts.silences", casework, "which silences last"},
        {"alerts.unsilence", casework, "ends a silence; what it held is told"},
        {"audit.list", watching, "what was done, by whom, when"},
        {"audit.prove", watching, "proves that a line stands in the log"},
        {"audit.verify", watching, "whether no line of it was changed or left out"},
        {"backup.snapshot", operators, "copies the databases of the running daemon"},
        {"case.approve", casework, "makes the consent of a case valid; another account than recorded it"},
        {"case.face-sites", casework, "on which sites a person's face is looked for"},
        {"case.list", staff, "pseudonyms, consent, numbers"},
        {"case.open", casework, "opens a case, which waits for approval"},
        {"case.pin", casework, "gives a case a new PIN of withdrawal, shown once"},
        {"case.renew", casework, "records a new consent, which waits for approval"},
        {"case.show", casework, "consent, references and coverage of a case"},
        {"case.withdraw", casework, "destroys a case's key and erases what was known under it"},
        {"case.withdraw-by-pin", staff, "withdraws with the case's number and the person's PIN"},
        {"contacts.show", casework, "whom to write to about a host"},
        {"evidence.hold", running, "keeps evidence until a day, whatever else lets it go"},
        {"evidence.holds", staff, "which evidence is held, until when and why"},
        {"evidence.keep", running, "says for how long the evidence of a case is kept"},
        {"evidence.key", staff, "the public key that evidence is signed with"},
        {"evidence.read", casework, "fetches a sealed package"},
        {"evidence.release", running, "ends a hold before its time"},
        {"faces.decisions", running, "how leads by faces were decided, counted for thresholds"},
        {"findings.assign", casework, "says who works on findings"},
        {"findings.check", casework, "looks now whether pictures are still up"},
        {"findings.confirm", casework, "says that findings show the person"},
        {"findings.dismiss", casework, "says that nothing is to be done about findings, and why"},
        {"findings.groups", casework, "what was found, counted by case and host"},
        {"findings.list", casework, "what was found"},
        {"findings.mark", casework, "says that findings are noticed, acknowledged or down"},
        {"findings.note", casework, "writes a note to findings, sealed under the case's key"},
        {"findings.show", casework, "one finding with its places and its history"},
        {"findings.under-18", casework, "erases a finding that may show a person under 18"},
        {"findings.undo", casework, "takes back what was done last with findings"},
        {"findings.unsure", casework, "asks for a second look at findings"},
        {"guard.list", running, "where pictures stood that nobody may look at"},
        {"notice.acknowledged", casework, "says that a recipient has a notice, under which number"},
        {"notice.draft", casework, "makes the text that asks to take pictures down"},
        {"notice.escalate", casework, "makes what a regulator is handed when a notice's time is over"},
        {"notice.list", casework, "notices, their states and deadlines"},
        {"notice.refused", casework, "says that a recipient will not do it"},
        {"notice.routes", casework, "ways to have findings taken down, what worked at their host first"},
        {"notice.sent", casework, "says that a notice was sent, which starts its time"},
        {"notice.show", casework, "a notice with its text"},
        {"notice.withdraw", casework, "takes a notice back"},
        {"outbox.list", casework, "alerts and whether they were delivered"},
        {"outbox.replay", running, "sends alerts again that were given up"},
        {"outbox.show", casework, "one alert"},
        {"place.add", casework, "says where the pictures of a case may stay"},
        {"place.list", casework, "where the pictures of a case may stay"},
        {"place.remove", casework, "takes such a place back"},
        {"reference.add", casework, "takes a sealed reference"},
        {"reference.forget", casework, "erases hash-only references of a list"},
        {"reference.import", casework,
         "takes hashes of a list that others keep, and erases what it withdraws"},
        {"reference.list", casework, "references of a case"},
        {"reference.names", casework, "names of the references of a list"},
        {"reference.quarantined", casework,
         "references that match so often that nobody is told of each match"},
        {"reference.release", casework, "tells of the matches of such a reference again"},
        {"reference.remove", casework, "erases a reference"},
        {"report.case", casework, "what was looked at, found, removed and is still up of a case"},
        {"report.hosts", casework, "what came of notices, by host and way"},
        {"report.period", staff, "numbers over all cases"},
        {"site.health", casework, "how the crawl of each site goes"},
        {"site.list", casework, "the watch list"},
        {"site.plan", casework, "what a site will be asked for"},
        {"site.resume", running, "asks a stopped host again"},
        {"site.stop", casework, "asks a host for nothing more"},
        {"status", everybody, "whether all is well"},
    };
    return rules;
}

const CommandRule* rule_of(std::string_view command)
{
    const auto& rules = command_rules();
    const auto found = std::ranges::find(rules, command, &CommandRule::command);
    return found == rules.end() ? nullptr : &*found;
}

std::string roles_document()
{
    std::string text = R"(# Roles

Made from `control/roles.cpp` by `stillwatch roles`; a test compares.

The control socket's peer, whom the kernel names, acts as the account that has this login. Root and the user
whom the installation belongs to are operators without an account. Whoever else may open the socket (a member of
`stillwatch-operators`) and has no account may read the status. Every refusal is a line of the audit log.

An operator may do what a lead may: whoever is root can read every key anyway. What one person alone cannot do is
approve a consent they recorded ([decision 16](decisions/0016-accounts.md)).

| Command | Does | )";
    for (const auto role : shown_roles)
        text += fmt::format("{} | ", name_of(role));
    text += "no account |\n|---|---|";
    for (std::size_t i = 0; i <= shown_roles.size(); ++i)
        text += "---|";
    text += '\n';
    for (const auto& rule : command_rules()) {
        text += fmt::format("| `{}` | {} |", rule.command, rule.what);
        for (const auto role : shown_roles)
            text += rule.roles.contains(role) ? " yes |" : " – |";
        text += rule.roles.contains(none) ? " yes |\n" : " – |\n";
    }
    return text;
}

} // namespace stillwatch::control
