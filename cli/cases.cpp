#include "cli/command.hpp"
#include "cli/enrol.hpp"
#include "cli/import.hpp"
#include "cli/session.hpp"
#include "core/printable.hpp"

#include <fmt/format.h>

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::cli {

namespace {

struct ConsentOptions {
    std::string given_by = "the person";
    std::string scope = "pictures";
    std::string recorded_by; // of older scripts: a name that anyone types
    std::string approved_by;
    std::string text_version = "1";
    std::string given_at;
    std::string expires_at;
};

void add_consent_options(Command command, ConsentOptions& options)
{
    command.add_option("--given-by", options.given_by, "Role of who gave consent; never a name of the person")
        .capture_default_str();
    command
        .add_option("--scope", options.scope,
                    "What it covers: \"pictures\", with \",videos\" or \",faces\" where these were agreed to")
        .capture_default_str();
    command.add_option("--recorded-by", options.recorded_by,
                       "Of no effect: the account that gives the command has recorded it");
    command.add_option("--approved-by", options.approved_by,
                       "Of no effect: another account approves with `stillwatch case approve`");
    command.add_option("--text-version", options.text_version, "Version of the text that was agreed to")
        .capture_default_str();
    command.add_option("--given-at", options.given_at, "Date it was given, 2026-11-23; now when left out");
}

constexpr const char* expires_means = "Date it ends, 2027-11-23; at most 12 months after it was given";

json::object consent_arguments(const ConsentOptions& options)
{
    json::object arguments{{"given_by", options.given_by},
                           {"scope", options.scope},
                           {"text_version", options.text_version},
                           {"expires_at", options.expires_at}};
    if (!options.given_at.empty()) arguments["given_at"] = options.given_at;
    return arguments;
}

void show_object(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

// A receipt is text of several lines, to be kept or given to the person as it is.
void show_withdrawal(Program& program, const control::Command& command)
{
    auto reply = ask(program, command);
    if (!reply || !reply->is_object()) return;
    auto& object = reply->get_object();
    if (program.global.json) return print_object(Style::json, object);
    const auto* receipt = object.if_contains("receipt");
    const std::string text(receipt != nullptr && receipt->is_string() ? receipt->get_string() : "");
    object.erase("receipt");
    print_object(Style::text, object);
    fmt::print("\nThe receipt, signed; it names the case and what was erased, nothing else:\n\n");
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        fmt::print("{}\n", printable(std::string_view(text).substr(at, end - at)));
        at = end + 1;
    }
}

// A line of standard input; a terminal does not show it. Never an argument, which others see.
std::string typed_pin()
{
    const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
    termios before{};
    if (is_terminal) {
        fmt::print(stderr, "PIN: ");
        ::tcgetattr(STDIN_FILENO, &before);
        auto hidden = before;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    std::string line;
    std::getline(std::cin, line);
    if (is_terminal) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
        fmt::print(stderr, "\n");
    }
    return line;
}

void add_case(Program program)
{
    const auto group =
        program.app.add_subcommand("case", "Protected people and their consent").require_subcommand(1);

    auto opening = std::make_shared<ConsentOptions>();
    const auto open = group.add_subcommand(
        "open", "Opens a case under a new pseudonym; it waits until another account approves it");
    add_consent_options(open, *opening);
    open.add_option("--expires", opening->expires_at,
                    std::string(expires_means) + "; needed, but with --under-18");
    auto under_18 = std::make_shared<bool>(false);
    open.add_flag("--under-18", *under_18, "The person is under 18: says who helps them; no case is opened");
    open.callback([program, opening, under_18]() mutable {
        if (opening->expires_at.empty() && !*under_18) {
            fmt::print(stderr, "--expires is required\nRun with --help for more information.\n");
            program.exit_code = exit_usage;
            return;
        }
        auto arguments = consent_arguments(*opening);
        arguments["under_18"] = *under_18;
        show_object(program, {"case.open", std::move(arguments)});
    });

    auto waiting = std::make_shared<std::string>();
    const auto approve =
        group.add_subcommand("approve", "Makes the consent of a case valid that another account recorded");
    approve.add_option("case", *waiting, "Pseudonym").required();
    approve.callback([program, waiting]() mutable {
        show_object(program, {"case.approve", {{"case", *waiting}}});
    });

    group.add_subcommand("list", "All cases").callback([program]() mutable {
        const auto reply = ask(program, {"case.list", {}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(),
                       {"case", "consent", "approval", "references", "findings", "opened_at", "expires_at"},
                       "no case was opened yet");
    });

    auto pseudonym = std::make_shared<std::string>();
    const auto show =
        group.add_subcommand("show", "One case: consent, references, how much was compared with them");
    show.add_option("case", *pseudonym, "Pseudonym, for example C-7F3K").required();
    show.callback([program, pseudonym]() mutable {
        show_object(program, {"case.show", {{"case", *pseudonym}}});
    });

    auto sites = std::make_shared<std::vector<std::string>>();
    auto everywhere = std::make_shared<bool>(false);
    const auto face_sites = group.add_subcommand(
        "face-sites",
        "On which sites the person's face is looked for; all of the watch list without a choice");
    face_sites.add_option("case", *pseudonym, "Pseudonym").required();
    face_sites.add_option("sites", *sites, "Names of the watch list; none: tells them");
    face_sites.add_flag("--everywhere", *everywhere, "On all of the watch list again");
    face_sites.callback([program, pseudonym, sites, everywhere]() mutable {
        json::object arguments{{"case", *pseudonym}};
        if (*everywhere) sites->clear();
        if (*everywhere || !sites->empty()) arguments["sites"] = json::array(sites->begin(), sites->end());
        show_object(program, {"case.face-sites", std::move(arguments)});
    });

    auto renewal = std::make_shared<ConsentOptions>();
    const auto renew =
        group.add_subcommand("renew", "Records a new consent; all pictures are compared again");
    renew.add_option("case", *pseudonym, "Pseudonym").required();
    add_consent_options(renew, *renewal);
    renew.add_option("--expires", renewal->expires_at, expires_means).required();
    renew.callback([program, pseudonym, renewal]() mutable {
        auto arguments = consent_arguments(*renewal);
        arguments["case"] = *pseudonym;
        show_object(program, {"case.renew", std::move(arguments)});
    });

    const auto withdraw = group.add_subcommand(
        "withdraw",
        "Destroys the case's key and erases its references, findings and evidence; cannot be undone. "
        "Backups hold them until they are made again");
    withdraw.add_option("case", *pseudonym, "Pseudonym").required();
    withdraw.add_flag("--yes").description("Do it").required();
    auto by_pin = std::make_shared<bool>(false);
    withdraw.add_flag("--pin", *by_pin, "With the person's PIN, asked for or read from standard input");
    withdraw.callback([program, pseudonym, by_pin]() mutable {
        if (*by_pin)
            show_withdrawal(program, {"case.withdraw-by-pin", {{"case", *pseudonym}, {"pin", typed_pin()}}});
        else
            show_withdrawal(program, {"case.withdraw", {{"case", *pseudonym}}});
    });

    const auto pin = group.add_subcommand("pin", "Gives the case a new PIN of withdrawal, shown once");
    pin.add_option("case", *pseudonym, "Pseudonym").required();
    pin.callback([program, pseudonym]() mutable {
        show_object(program, {"case.pin", {{"case", *pseudonym}}});
    });
}

void add_place(Program program)
{
    const auto group =
        program.app
            .add_subcommand("place", "Where the person agreed that pictures may stay: what is found "
                                     "there is recorded as consented_place and told to nobody")
            .require_subcommand(1);
    auto pseudonym = std::make_shared<std::string>();
    auto pattern = std::make_shared<std::string>();
    const auto add = group.add_subcommand(
        "add", "Adds a place; findings that stand there and nowhere else are dismissed as consented_place");
    add.add_option("case", *pseudonym, "Pseudonym").required();
    add.add_option("place", *pattern,
                   "shop.example, *.shop.example, shop.example/anna (with what lies below it); '*' in a path "
                   "stands for anything")
        .required();
    add.callback([program, pseudonym, pattern]() mutable {
        show_object(program, {"place.add", {{"case", *pseudonym}, {"place", *pattern}}});
    });

    const auto list = group.add_subcommand("list", "Places of a case");
    list.add_option("case", *pseudonym, "Pseudonym").required();
    list.callback([program, pseudonym]() mutable {
        const auto reply = ask(program, {"place.list", {{"case", *pseudonym}}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(),
                       {"number", "place", "added_at", "added_by"}, "no place: every finding is told");
    });

    auto number = std::make_shared<std::int64_t>(0);
    const auto remove =
        group.add_subcommand("remove", "Takes a place back: what is found there is told again");
    remove.add_option("case", *pseudonym, "Pseudonym").required();
    remove.add_option("number", *number, "Number of the place").required();
    remove.callback([program, pseudonym, number]() mutable {
        show_object(program, {"place.remove", {{"case", *pseudonym}, {"number", *number}}});
    });
}

void add_reference(Program program)
{
    const auto group = program.app.add_subcommand("reference", "Pictures to look for").require_subcommand(1);
    auto pseudonym = std::make_shared<std::string>();

    auto files = std::make_shared<std::vector<std::string>>();
    const auto add = group.add_subcommand(
        "add",
        "Reads pictures here, keeps fingerprints only, sealed for the case; the pictures are not stored");
    add.add_option("case", *pseudonym, "Pseudonym").required();
    add.add_option("files", *files, "Picture files");
    auto sealed = std::make_shared<std::string>();
    add.add_option("--sealed", *sealed,
                   "File that `reference seal` wrote on another machine, instead of pictures");
    add.callback([program, pseudonym, files, sealed]() mutable {
        if (files->empty() == sealed->empty()) {
            program.exit_code =
                print_error({Errc::invalid_argument, "name either picture files or --sealed FILE"});
            return;
        }
        if (sealed->empty())
            enrol_files(program, *pseudonym, *files);
        else
            enrol_sealed(program, *pseudonym, *sealed);
    });

    auto photographs = std::make_shared<std::vector<std::string>>();
    auto is_same_person = std::make_shared<bool>(false);
    const auto add_face = group.add_subcommand(
        "add-face", "Reads photographs of the person's face here (3 to 10 from different days are best), "
                    "keeps what tells "
                    "the face from others, sealed for the case; needs consent that covers faces");
    add_face.add_option("case", *pseudonym, "Pseudonym").required();
    add_face.add_option("photographs", *photographs, "Photographs with one face each").required();
    add_face.add_flag("--same-person", *is_same_person,
                      "Take faces that are not like the others: somebody knows that it is the same person");
    add_face.callback([program, pseudonym, photographs, is_same_person]() mutable {
        enrol_faces(program, *pseudonym, *photographs, *is_same_person);
    });

    auto key = std::make_shared<std::string>();
    auto own_files = std::make_shared<std::vector<std::string>>();
    const auto seal = group.add_subcommand(
        "seal",
        "Reads pictures on any machine, without an installation, and prints fingerprints sealed for a case; "
        "the pictures do not travel");
    seal.add_option("--key", *key, "The case's public key, as `case show` prints it").required();
    seal.add_option("files", *own_files, "Picture files").required();
    seal.callback([program, key, own_files]() mutable { seal_files(program, *key, *own_files); });

    const auto list = group.add_subcommand("list", "References of a case");
    list.add_option("case", *pseudonym, "Pseudonym").required();
    list.callback([program, pseudonym]() mutable {
        const auto reply = ask(program, {"reference.list", {{"case", *pseudonym}}});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(),
                       {"name", "frames", "quality_percent", "weak", "collides", "hash_only", "references",
                        "current", "generation", "added_at"},
                       "no references yet");
    });

    auto import = std::make_shared<ImportOptions>();
    const auto take = group.add_subcommand(
        "import", "Takes a list of hashes that others keep: references of which nobody here has the picture. "
                  "What the list withdraws is erased; the same file again changes nothing");
    take.add_option("case", import->pseudonym, "Pseudonym").required();
    take.add_option("file", import->file, "File with the list").required();
    take.add_option("--format", import->format,
                    "hma (a line KIND HEX each), csv, threatexchange, stopncii or ncmec (JSON, JSON, XML)")
        .required();
    take.add_option("--list", import->list, "Name of the list; that of the file when left out");
    take.add_flag("--yes", import->is_sure,
                  "Erase also where more than half of the list is gone from the file");
    take.callback([program, import]() mutable { import_list(program, *import); });

    group
        .add_subcommand("quarantine",
                        "References that match so often that nobody is told of each match; their "
                        "findings are recorded")
        .callback([program]() mutable {
            const auto reply = ask(program, {"reference.quarantined", {}});
            if (reply && reply->is_array())
                print_rows(program.global.style(), reply->get_array(),
                           {"case", "reference", "since", "findings_untold"}, "no reference is quarantined");
        });

    auto name = std::make_shared<std::string>();
    const auto release =
        group.add_subcommand("release", "Tells of the matches of a quarantined reference again");
    release.add_option("case", *pseudonym, "Pseudonym").required();
    release.add_option("name", *name, "Name of the reference").required();
    release.callback([program, pseudonym, name]() mutable {
        show_object(program, {"reference.release", {{"case", *pseudonym}, {"name", *name}}});
    });

    const auto remove = group.add_subcommand("remove", "Erases one reference, or all of a list of hashes");
    remove.add_option("case", *pseudonym, "Pseudonym").required();
    remove.add_option("name", *name, "Name of the reference");
    auto whole_list = std::make_shared<std::string>();
    remove.add_option("--list", *whole_list, "All references of this list, instead of one");
    remove.callback([program, pseudonym, name, whole_list]() mutable {
        if (name->empty() == whole_list->empty())
            program.exit_code =
                print_error({Errc::invalid_argument, "name either one reference or --list NAME"});
        else if (whole_list->empty())
            show_object(program, {"reference.remove", {{"case", *pseudonym}, {"name", *name}}});
        else
            show_object(program, {"reference.forget", {{"case", *pseudonym}, {"list", *whole_list}}});
    });
}

} // namespace

void add_case_commands(Program program)
{
    add_case(program);
    add_place(program);
    add_reference(program);
}

} // namespace stillwatch::cli
