#include "control/evidence_stamps.hpp"

#include "core/clock.hpp"
#include "evidence/unstamped.hpp"

namespace stillwatch::control {

namespace {

// What follows " NAME=" in a line's object, up to the next blank.
std::string member_of(const std::string& object, std::string_view name)
{
    const auto mark = " " + std::string(name) + "=";
    const auto begin = object.find(mark);
    if (begin == std::string::npos) return {};
    const auto from = begin + mark.size();
    return object.substr(from, object.find(' ', from) - from);
}

} // namespace

json::object describe_stamps(const std::filesystem::path& directory, const std::string& package,
                             const store::EvidenceTable& log, bool has_authority)
{
    json::object told{{"time_stamp", "none"},
                      {"time_stamps", json::array()},
                      {"time_stamp_pending_since", nullptr},
                      {"time_stamp_problem", ""}};
    const auto damaged = [&told](const Error& error) {
        told["time_stamp"] = "damaged";
        told["time_stamp_problem"] = to_string(error);
    };
    const auto note = evidence::read_unstamped(directory, package);
    if (!note && note.error().code != Errc::not_found) damaged(note.error());
    if (note && has_authority) {
        told["time_stamp"] = "pending";
        told["time_stamp_pending_since"] = format_utc(note->since);
    }
    const auto file = evidence::stamps_beside(directory, package);
    if (!file) {
        damaged(file.error());
        return told;
    }
    if (!*file) return told;
    json::array stamps;
    for (const auto& stamp : (*file)->stamps) {
        const auto line = log.line_of_stamp(stamp.root);
        const auto at = line ? member_of(line->object, "at") : std::string();
        stamps.push_back(
            json::object{{"authority", line ? member_of(line->object, "authority") : stamp.authority},
                         {"at", at.empty() ? json::value(nullptr) : json::value(at)}});
    }
    if (note && note->digest != (*file)->digest)
        damaged(Error{Errc::malformed, package + ".stamp: is of another package"});
    else if (!stamps.empty() && (note || note.error().code == Errc::not_found))
        told["time_stamp"] = "stamped";
    told["time_stamps"] = std::move(stamps);
    return told;
}

} // namespace stillwatch::control
