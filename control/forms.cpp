#include "control/forms.hpp"

#include <fmt/format.h>

namespace stillwatch::control {

Error missing(std::string_view argument, std::string_view form)
{
    return {Errc::invalid_argument, fmt::format("argument \"{}\" is missing or not {}", argument, form)};
}

Result<std::string> text_argument(const json::object& arguments, std::string_view name)
{
    auto value = text_member(arguments, name);
    if (!value) return missing(name, "text");
    return *std::move(value);
}

Result<Timestamp> time_argument(const json::object& arguments, std::string_view name)
{
    const auto text = text_member(arguments, name);
    const auto time = text ? parse_utc(*text) : std::nullopt;
    if (!time) return missing(name, "a date such as 2027-01-31");
    return *time;
}

json::object describe_consent(const Consent& consent)
{
    json::object object;
    object["scope"] = consent.scope;
    object["given_by"] = consent.given_by;
    object["recorded_by"] = consent.recorded_by;
    object["approved_by"] = consent.approved_by;
    object["text_version"] = consent.text_version;
    object["approval"] = name_of(consent.approval);
    object["approved_at"] =
        consent.approved_at ? json::value(format_utc(*consent.approved_at)) : json::value(nullptr);
    object["given_at"] = format_utc(consent.given_at);
    object["expires_at"] = format_utc(consent.expires_at);
    return object;
}

json::object describe_reference(const store::ReferenceRow& row)
{
    const auto& reference = row.reference;
    json::object object;
    object["name"] = reference.name;
    object["number"] = reference.id.value;
    object["in_force"] = row.in_force;
    object["quality_percent"] = reference.quality_percent;
    object["weak"] = reference.weak;
    object["frames"] = reference.frames;
    object["collides"] = row.collides;
    object["extractor_version"] = reference.extractor_version;
    object["current"] =
        reference.is_hash_only() || reference.extractor_version == stillwatch::extractor_version;
    object["hash_only"] = reference.is_hash_only();
    object["hash_kind"] = reference.hash_kind;
    object["list"] = reference.list;
    object["generation"] = reference.generation;
    object["added_at"] = format_utc(reference.added_at);
    return object;
}

json::object describe_coverage(const store::Coverage& coverage, const std::set<Tier>& tiers)
{
    json::object object;
    json::array names;
    for (const auto tier : tiers)
        names.push_back(json::string(name_of(tier)));
    object["tiers"] = std::move(names);
    object["images"] = coverage.images;
    object["compared"] = coverage.compared;
    object["undecodable"] = coverage.undecodable;
    object["too_small"] = coverage.too_small;
    object["waiting"] = coverage.waiting;
    object["gone"] = coverage.gone;
    object["unreachable"] = coverage.unreachable;
    object["pending"] = coverage.pending;
    return object;
}

} // namespace stillwatch::control
