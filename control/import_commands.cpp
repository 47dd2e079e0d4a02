#include "control/forms.hpp"

#include "cases/hash_import.hpp"
#include "cases/plain_name.hpp"
#include "core/list_digests.hpp"

#include <fmt/format.h>

// The commands about lists of hashes that others bring.
namespace stillwatch::control {

namespace {

constexpr std::size_t max_records_of_command = 5'000;

// "records": each an array of kind, hexadecimal digits and whether it is withdrawn.
Result<std::vector<cases::ListedRecord>> records_argument(const json::object& arguments)
{
    const auto wrong = missing(
        "records", fmt::format("a list of at most {} of [kind, hex, withdrawn]", max_records_of_command));
    const auto* value = arguments.if_contains("records");
    if (value == nullptr || !value->is_array() || value->get_array().size() > max_records_of_command)
        return wrong;
    std::vector<cases::ListedRecord> records;
    for (const auto& one : value->get_array()) {
        if (!one.is_array() || one.get_array().size() != 3) return wrong;
        const auto& parts = one.get_array();
        if (!parts[0].is_string() || !parts[1].is_string() || !parts[2].is_bool()) return wrong;
        const auto kind = hash_kind_from_name(std::string_view(parts[0].get_string()));
        if (!kind) return wrong;
        const auto hash = ListedHash::from_hex(*kind, std::string_view(parts[1].get_string()));
        const bool is_withdrawn = parts[2].get_bool();
        if (!hash) return wrong;
        if (const auto why = cases::why_useless(*hash); why && !is_withdrawn)
            return Error{Errc::refused, fmt::format("a hash {}", *why)};
        records.push_back({*hash, is_withdrawn, records.size() + 1});
    }
    return records;
}

json::object of_list(const std::string& pseudonym, const std::string& list)
{
    return {{"case", pseudonym}, {"list", list}};
}

} // namespace

Result<CommandOutcome> Commands::reference_import(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto list = text_argument(arguments, "list");
    if (!list) return list.error();
    const auto records = records_argument(arguments);
    if (!records) return records.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    // Signing is deterministic, and nobody else signs this text.
    const auto key =
        Sha256::of(settings_.signing->sign(as_bytes("stillwatch: names of hash-only references")));
    const auto outcome = cases::import_hashes(cases_, *found, *list, *records, key.bytes, actor);
    if (!outcome) return outcome.error();
    auto object = of_list(found->pseudonym, *list);
    object["added"] = outcome->added;
    object["known"] = outcome->known;
    object["erased"] = outcome->erased;
    object["left_out"] = outcome->left_out;
    object["names"] = json::array(outcome->names.begin(), outcome->names.end());
    Effects effects;
    effects.references = outcome->added > 0 || outcome->erased > 0;
    return done(std::move(object), std::move(effects));
}

Result<CommandOutcome> Commands::reference_forget(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto list = text_argument(arguments, "list");
    if (!list) return list.error();
    const auto* given = arguments.if_contains("names");
    const auto wrong = missing("names", "a list of names");
    if (given != nullptr && !given->is_array()) return wrong;
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    std::vector<std::string> names;
    if (given != nullptr)
        for (const auto& name : given->get_array()) {
            if (!name.is_string()) return wrong;
            names.emplace_back(std::string_view(name.get_string()));
        }
    else
        for (auto& [number, name] : cases_.names_of_list(found->id, *list, ReferenceId{}, SIZE_MAX >> 1U))
            names.push_back(std::move(name));
    if (given == nullptr && names.empty())
        return Error{Errc::not_found, fmt::format("{} has no list {}", found->pseudonym, *list)};
    const auto forgotten = cases_.import_references(found->id, *list, {}, names, actor);
    if (!forgotten) return forgotten.error();
    auto object = of_list(found->pseudonym, *list);
    object["erased"] = forgotten->erased;
    Effects effects;
    effects.references = forgotten->erased > 0;
    return done(std::move(object), std::move(effects));
}

Result<CommandOutcome> Commands::reference_names(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto list = text_argument(arguments, "list");
    if (!list) return list.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto noted = note_look(actor, "reference.list", found->pseudonym);
    if (!noted) return noted.error();
    json::array rows;
    const ReferenceId after{number_member(arguments, "after").value_or(0)};
    for (const auto& [number, name] :
         cases_.names_of_list(found->id, *list, after, static_cast<std::size_t>(limit_of(arguments, 10'000))))
        rows.push_back(json::object{{"number", number.value}, {"name", name}});
    return done(std::move(rows));
}

} // namespace stillwatch::control
