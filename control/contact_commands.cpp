#include "control/forms.hpp"

#include "core/url.hpp"
#include "followup/contacts.hpp"
#include "store/notice_table.hpp"

#include <fmt/format.h>

#include <algorithm>

// Whom to write to about a host.
namespace stillwatch::control {

namespace {

json::object told_of(const store::ContactRow& row)
{
    auto object = followup::kept_contact(row.told, row.looked_at);
    object["looked_at"] = format_utc(row.looked_at);
    object["cached"] = true;
    return object;
}

} // namespace

Result<CommandOutcome> Commands::contacts_show(const json::object& arguments, const store::Actor& actor)
{
    const auto named = text_argument(arguments, "host");
    if (!named) return named.error();
    const auto url = Url::parse("https://" + *named + "/");
    if (!url || url->host_port() != url->host() || url->path() != "/" ||
        named->find('@') != std::string::npos)
        return missing("host", "the name of a host, such as board.example");
    const std::string host(url->host());
    const auto noted = note_look(actor, "contacts.show", "a host");
    if (!noted) return noted.error();
    const auto known = store::NoticeTable(cases_).contact_of(host);
    const bool is_fresh = bool_member(arguments, "fresh").value_or(false);
    const bool is_young = known && followup::is_young(known->looked_at, actor.at);
    if (is_young && !is_fresh && followup::is_complete(followup::kept_contact(known->told, known->looked_at)))
        return done(told_of(*known));
    const auto stopped = cases_.stopped_hosts();
    if (std::ranges::find(stopped, host, &store::StoppedHost::host) != stopped.end())
        return Error{Errc::refused,
                     fmt::format("{} was stopped: nothing is asked of it (site resume)", host)};
    Effects effects;
    effects.contacts_of = host;
    return done(json::object{{"host", host}}, std::move(effects));
}

json::array Commands::recipients_of(const store::NoticeRow& notice, followup::Route route) const
{
    json::array recipients;
    const auto known = store::NoticeTable(cases_).contact_of(notice.host);
    const auto told = known ? told_of(*known) : json::object();
    const auto* contacts = told.if_contains("contacts");
    if (!contacts || !contacts->is_array()) return recipients;
    const bool is_of_network = route == followup::Route::host || route == followup::Route::registrar ||
                               route == followup::Route::cdn;
    for (const auto& each : contacts->get_array()) {
        const auto* row = each.if_object();
        if (!row) continue;
        const auto way = text_member(*row, "route");
        const bool fits = is_of_network ? way == followup::name_of(route) : !way.has_value();
        if (fits) recipients.push_back(*row);
    }
    return recipients;
}

} // namespace stillwatch::control
