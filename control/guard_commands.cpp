#include "control/forms.hpp"

#include "cases/guard_list.hpp"
#include "core/log.hpp"
#include "evidence/orphans.hpp"

#include <fmt/format.h>

// The commands about pictures that nobody here may look at.
namespace stillwatch::control {

Result<CommandOutcome> Commands::findings_under_18(const json::object& arguments, const store::Actor& actor)
{
    const auto* name = arguments.if_contains("id");
    const auto id = finding_named(name != nullptr ? *name : json::value());
    if (!id) return id.error();
    const auto alerts =
        settings_.guard_alerts ? settings_.guard_alerts(actor.at) : std::vector<store::NewAlert>{};
    auto erased = cases_.erase_finding(*id, cases::name_of(cases::GuardReason::person), alerts, actor);
    if (!erased) return erased.error();
    std::int64_t left = 0;
    for (const auto& file : erased->evidence_files) {
        const auto removed = evidence::remove_package(settings_.evidence_directory, file);
        if (removed) continue;
        ++left;
        log::error("control", "evidence file not erased",
                   {{"file", file}, {"error", removed.error().detail}});
    }
    to_forget_ = std::move(erased->images);
    json::object object;
    object["id"] = id->value;
    object["hit"] = erased->hit;
    object["findings"] = erased->findings.size();
    object["evidence_files"] = erased->evidence_files.size();
    object["evidence_files_left"] = left;
    object["services"] = json::array(settings_.under_18_services.begin(), settings_.under_18_services.end());
    Effects effects;
    effects.alerts = !alerts.empty();
    effects.guard = true;
    return done(std::move(object), std::move(effects));
}

Result<CommandOutcome> Commands::guard_list(const json::object& arguments, const store::Actor& actor)
{
    const auto noted = note_look(actor, "guard.list", "");
    if (!noted) return noted.error();
    json::array rows;
    const auto after = number_member(arguments, "after").value_or(0);
    for (const auto& hit : cases_.guard_hits(after, static_cast<std::size_t>(limit_of(arguments, 1'000))))
        rows.push_back(json::object{
            {"hit", hit.id}, {"at", format_utc(hit.at)}, {"reason", hit.reason}, {"address", hit.address}});
    return done(std::move(rows));
}

} // namespace stillwatch::control
