#include "followup/contacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// What stands in place of an answer that did not come.
namespace stillwatch::followup {

namespace {

// Who can do most first, as contacts_of() ranks them.
constexpr std::array by_rank{ContactKind::site, ContactKind::network,      ContactKind::registrar,
                             ContactKind::cdn,  ContactKind::security_txt, ContactKind::abuse};

std::size_t rank_of(const json::value& contact)
{
    const auto* row = contact.if_object();
    const auto kind = row ? text_member(*row, "kind").value_or("") : "";
    const auto found = std::ranges::find(by_rank, kind, [](ContactKind one) { return name_of(one); });
    return static_cast<std::size_t>(found - by_rank.begin());
}

bool is_of(const MissingParts& parts, std::string_view kind)
{
    if (kind == name_of(ContactKind::network) || kind == name_of(ContactKind::cdn)) return parts.network;
    if (kind == name_of(ContactKind::registrar)) return parts.name;
    return kind == name_of(ContactKind::security_txt) && parts.security_txt;
}

bool has_moved(const json::object& told, const json::object& before)
{
    const auto now = text_member(told, "address").value_or("");
    const auto then = text_member(before, "address").value_or("");
    return !now.empty() && !then.empty() && now != then;
}

bool is_told(const json::array& contacts, const json::object& row)
{
    return std::ranges::any_of(contacts, [&row](const json::value& each) {
        const auto* one = each.if_object();
        return one && text_member(*one, "kind") == text_member(row, "kind") &&
               text_member(*one, "address") == text_member(row, "address");
    });
}

} // namespace

bool is_young(Timestamp looked_at, Timestamp now) noexcept
{
    return looked_at <= now && looked_at + contact_kept_for > now;
}

void keep_missing(json::object& told, const MissingParts& missing, const json::object& before, Timestamp now)
{
    auto wanted = missing;
    if (has_moved(told, before)) wanted.network = false;
    auto* contacts = told.if_contains("contacts");
    auto* failures = told.if_contains("failures");
    const auto* known = before.if_contains("contacts");
    if (!contacts || !contacts->is_array() || !failures || !failures->is_array() || !known ||
        !known->is_array())
        return;
    auto& rows = contacts->get_array();
    for (const auto& each : known->get_array()) {
        const auto* row = each.if_object();
        if (!row || rows.size() >= max_contacts) continue;
        const auto kind = text_member(*row, "kind").value_or("");
        const auto looked_at = parse_utc(text_member(*row, "looked_at").value_or(""));
        if (!is_of(wanted, kind) || !looked_at || !is_young(*looked_at, now) || is_told(rows, *row)) continue;
        rows.push_back(*row);
        failures->get_array().emplace_back(
            fmt::format("{}: as it was told on {:.10}", kind, format_utc(*looked_at)));
        const auto* cdn = before.if_contains("cdn");
        if (kind == name_of(ContactKind::cdn) && cdn) told["cdn"] = *cdn;
    }
    std::ranges::stable_sort(rows, {}, rank_of);
}

} // namespace stillwatch::followup
