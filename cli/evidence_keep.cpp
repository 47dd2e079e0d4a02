#include "cli/evidence_keep.hpp"

#include "cli/session.hpp"
#include "config/checks.hpp"

#include <charconv>
#include <memory>
#include <string>

namespace stillwatch::cli {

namespace {

void tell(Program& program, const control::Command& command)
{
    const auto reply = ask(program, command);
    if (reply && reply->is_object()) print_object(program.global.style(), reply->get_object());
}

void add_holds(Program program, Command group)
{
    auto what = std::make_shared<std::string>();
    auto until = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    const auto hold = group.add_subcommand(
        "hold",
        "Keeps the packages of a finding or case until a day, whatever else lets them go: a request of the "
        "police, say. Stands in the audit log; goes beyond a withdrawal, so the consent has to say so");
    hold.add_option("what", *what, "Number of the finding, or the case").required();
    hold.add_option("--until", *until, "The last day, 2027-01-31").required();
    hold.add_option("--reason", *reason, "Who asked for it, on what ground").required();
    hold.callback([program, what, until, reason]() mutable {
        const auto end = config::end_of_day(*until);
        if (!end) {
            program.exit_code =
                print_error(Error{Errc::invalid_argument, "--until: no day such as 2027-01-31"});
            return;
        }
        tell(program, {"evidence.hold", {{"what", *what}, {"until", format_utc(*end)}, {"reason", *reason}}});
    });
    auto number = std::make_shared<std::int64_t>();
    const auto release = group.add_subcommand("release", "Ends a hold before its time");
    release.add_option("hold", *number, "Its number, as `evidence holds` shows it").required();
    release.callback([program, number]() mutable {
        tell(program, {"evidence.release", {{"hold", *number}}});
    });
    group.add_subcommand("holds", "Holds that last").callback([program]() mutable {
        const auto reply = ask(program, {"evidence.holds", {}});
        if (reply && reply->is_array())
            print_rows(
                program.global.style(), reply->get_array(),
                {"hold", "case", "finding", "until", "set_by", "set_at", "reason", "packages_of_withdrawn"},
                "nothing is held");
    });
}

} // namespace

void add_keep_commands(Program program, Command group)
{
    add_holds(program, group);
    auto pseudonym = std::make_shared<std::string>();
    auto kind = std::make_shared<std::string>();
    auto days = std::make_shared<std::string>();
    const auto keep = group.add_subcommand(
        "keep", "For how long packages of a case are kept, and what the case has of its own instead of the "
                "configuration's evidence.keep_…");
    keep.add_option("case", *pseudonym, "The case").required();
    keep.add_option("kind", *kind, "open, dismissed, down or earlier; without it all are told");
    keep.add_option("days", *days, "Days, \"forever\", or \"usual\" for what the configuration says");
    keep.callback([program, pseudonym, kind, days]() mutable {
        json::object arguments{{"case", *pseudonym}};
        if (!kind->empty()) arguments["kind"] = *kind;
        std::int64_t number = 0;
        const auto* end = days->data() + days->size();
        const auto read = std::from_chars(days->data(), end, number);
        const bool is_number = !days->empty() && read.ec == std::errc{} && read.ptr == end;
        if (!kind->empty() && !is_number && *days != "forever" && *days != "usual") {
            program.exit_code =
                print_error(Error{Errc::invalid_argument, "days: a number, forever or usual"});
            return;
        }
        if (is_number || *days == "forever") arguments["days"] = number;
        const auto reply = ask(program, {"evidence.keep", std::move(arguments)});
        if (reply && reply->is_array())
            print_rows(program.global.style(), reply->get_array(), {"kind", "kept", "by"}, "");
    });
}

} // namespace stillwatch::cli
