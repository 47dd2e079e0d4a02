#include "control/audit_tree.hpp"
#include "control/forms.hpp"

#include <algorithm>

// The commands about the log of who did what.
namespace stillwatch::control {

Result<CommandOutcome> Commands::audit_list(const json::object& arguments, const store::Actor&)
{
    const auto after = number_member(arguments, "after").value_or(0);
    const auto limit = std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(1'000), 1, 10'000);
    json::array rows;
    for (const auto& line : cases_.audit(after, static_cast<std::size_t>(limit))) {
        json::object object;
        object["seq"] = line.seq;
        object["at"] = format_utc(line.at);
        object["actor"] = line.actor;
        object["action"] = line.action;
        object["object"] = line.object;
        object["previous"] = line.previous.hex();
        object["own"] = line.own.hex();
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::audit_verify(const json::object& arguments, const store::Actor&)
{
    const auto& key = settings_.signing->verify_key();
    const auto whole = check_log(cases_, key);
    if (!whole) return whole.error();
    if (const auto note = text_member(arguments, "checkpoint")) {
        const auto kept = check_kept_note(cases_, *note, key);
        if (!kept) return kept.error();
    }
    json::object object;
    object["audit"] = "whole";
    object["lines"] = cases_.audit_leaves().size();
    object["checkpoints"] = cases_.audit_checkpoints().size();
    return done(std::move(object));
}

Result<CommandOutcome> Commands::audit_checkpoint(const json::object&, const store::Actor& actor)
{
    const auto kept = keep_checkpoint(cases_, *settings_.signing, actor.at);
    if (!kept) return kept.error();
    return done(json::object{{"checkpoint", kept->note}});
}

Result<CommandOutcome> Commands::audit_prove(const json::object& arguments, const store::Actor&)
{
    const auto seq = number_member(arguments, "line");
    if (!seq) return missing("line", "a number");
    auto proof = prove_line(cases_, *seq, *settings_.signing);
    if (!proof) return proof.error();
    return done(*std::move(proof));
}

Result<CommandOutcome> Commands::audit_consistency(const json::object& arguments, const store::Actor&)
{
    const auto before = number_member(arguments, "old");
    if (!before) return missing("old", "a number");
    const auto after = number_member(arguments, "new");
    if (!after) return missing("new", "a number");
    auto proof = prove_growth(cases_, *before, *after, *settings_.signing);
    if (!proof) return proof.error();
    return done(*std::move(proof));
}

} // namespace stillwatch::control
