#include "cli/face_calibration.hpp"

#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "faces/calibration.hpp"
#include "faces/decisions.hpp"
#include "faces/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <tuple>

namespace stillwatch::cli {

namespace {

constexpr double days_of_week = 7;

// What the store tells of leads that people decided.
struct Decisions {
    std::size_t people = 0;
    double weeks = 0;
    bool is_in_part = false;
    std::vector<faces::LeadTally> leads;
};

Result<Decisions> decisions_of(const config::Config& config, const faces::Profile& profile)
{
    const auto reply = run(config, {"faces.decisions", {{"model", profile.model().hex()}}});
    if (!reply) return reply.error();
    try {
        const auto& told = reply->as_object();
        Decisions decisions;
        decisions.people = told.at("people").to_number<std::size_t>();
        decisions.weeks = told.at("days").to_number<double>() / days_of_week;
        decisions.is_in_part = told.at("is_in_part").as_bool();
        for (const auto& row : told.at("leads").as_array())
            decisions.leads.push_back(
                {row.at("references").to_number<int>(), row.at("faces").to_number<int>(),
                 row.at("hundredths").to_number<int>(), row.at("confirmed").to_number<std::size_t>(),
                 row.at("another_person").to_number<std::size_t>(), row.at("open").to_number<std::size_t>()});
        return decisions;
    } catch (const std::exception& wrong) {
        return Error{Errc::malformed, fmt::format("reply to faces.decisions: {}", wrong.what())};
    }
}

struct LocalSet {
    faces::MeasuredThresholds measured;
    std::size_t people = 0;
    std::size_t left_out = 0;
    double norm_5_percent = 0; // that 95 of 100 faces reach
};

Result<LocalSet> local_set(const config::Config& config, const daemon::FaceSetup& setup,
                           const std::string& directory)
{
    const auto files = files_below(directory);
    if (!files) return files.error();
    LocalSet set;
    std::map<std::filesystem::path, faces::PersonFaces> people; // by directory
    std::vector<double> norms;
    const auto read = read_faces(config, setup, *files, [&](const auto& file, const auto& seen) {
        if (!seen || seen->faces.size() != 1) {
            ++set.left_out;
            return;
        }
        people[file.parent_path()].push_back(seen->faces.front().embedding);
        norms.push_back(seen->faces.front().norm);
    });
    if (!read) return read.error();
    std::vector<faces::PersonFaces> all;
    all.reserve(people.size());
    for (auto& [folder, of_person] : people)
        all.push_back(std::move(of_person));
    auto measured = faces::measured_thresholds(all);
    if (!measured) return measured.error();
    set.measured = *std::move(measured);
    set.people = all.size();
    std::ranges::sort(norms);
    set.norm_5_percent = norms[norms.size() / 20]; // there are some, or nothing was measured
    return set;
}

// By the band that they are in now, references and faces: what was said, and between which shares the share
// of right ones lies.
json::array by_band(const Decisions& decisions, const faces::ThresholdTable& table,
                    const faces::BandRates& rates)
{
    struct Row {
        std::size_t confirmed = 0;
        std::size_t another = 0;
        std::size_t open = 0;
    };
    std::map<std::tuple<int, int, int>, Row> rows; // references, faces, band; -1: below all
    for (const auto& lead : decisions.leads) {
        const auto at = faces::thresholds_for(table, rates, lead.references, lead.faces);
        const auto band = at.band_of((lead.hundredths + 0.5) / 100);
        auto& row = rows[{lead.references, lead.faces, band ? static_cast<int>(*band) : -1}];
        row.confirmed += lead.confirmed;
        row.another += lead.another_person;
        row.open += lead.open;
    }
    json::array told;
    for (const auto& [place, row] : rows) {
        const auto& [references, of_track, band] = place;
        const auto share = faces::share_of(row.confirmed, row.confirmed + row.another);
        told.push_back(
            json::object{{"band", band < 0 ? std::string_view("below") : name_of(static_cast<Band>(band))},
                         {"references", references},
                         {"faces", of_track},
                         {"confirmed", row.confirmed},
                         {"another_person", row.another},
                         {"open", row.open},
                         {"right_between", fmt::format("{:.2f} and {:.2f}", share.low, share.high)}});
    }
    return told;
}

Result<void> write(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream stream(file);
    stream << text;
    if (!stream.flush()) return Error{Errc::io, fmt::format("{}: cannot be written", file.string())};
    return {};
}

// What is told of the decisions, and how the table changes by them.
struct Judged {
    json::object told;
    json::array leads;
    faces::Tightening tightening;
};

Judged judged(const Decisions& decisions, const faces::ThresholdTable& table, const faces::Budget& budget,
              std::size_t people)
{
    Judged result;
    result.tightening = faces::tightening_for(table, budget, people, decisions.leads, decisions.weeks);
    const auto& tightening = result.tightening;
    result.told = {
        {"enrolled_people", people},
        {"weeks", fmt::format("{:.1f}", decisions.weeks)},
        {"false_leads", tightening.false_leads},
        {"false_leads_a_week_at_least", fmt::format("{:.2f}", tightening.least_a_week)},
        {"false_leads_a_week_allowed", fmt::format("{:.2f}", budget.false_leads_a_week)},
        {"tightened", fmt::format("{:.2f}", tightening.factor)},
    };
    if (tightening.false_leads < faces::least_false_leads)
        result.told["decided"] =
            fmt::format("fewer than {} false leads: nothing changes by them", faces::least_false_leads);
    if (tightening.is_at_bound)
        result.told["bound"] =
            "the most there is at once, and still above what is allowed: look at the references, "
            "name sites (case face-sites), calibrate again after further decisions";
    if (decisions.is_in_part) result.told["is_in_part"] = "only the newest leads were counted";
    result.leads = by_band(decisions, table, faces::rates_for(budget, people));
    return result;
}

} // namespace

void calibrate_faces(Program& program, const config::Config& config, const CalibrationOptions& options)
{
    const auto fail = [&](const Error& error) { program.exit_code = print_error(error); };
    const auto setup = daemon::face_setup(config, faces::Calibration::not_yet);
    if (!setup) return fail(setup.error());
    const auto& profile = setup->profile;
    if (options.directory.empty() && profile.needs_calibration)
        return fail(
            {Errc::refused, fmt::format("profile {} has no thresholds of its own: name a directory with "
                                        "photographs of people who agreed, or of a public set",
                                        profile.name)});
    json::object told;
    auto table = profile.thresholds;
    auto facts = profile.calibration.value_or(faces::CalibrationFacts{});
    if (!options.directory.empty()) {
        const auto set = local_set(config, *setup, options.directory);
        if (!set) return fail(set.error());
        table = set->measured.table;
        facts = {set->measured.pairs_of_strangers, 1};
        told = {{"people", set->people},
                {"left_out", set->left_out},
                {"pairs_of_strangers", set->measured.pairs_of_strangers},
                {"pairs_of_one_person", set->measured.pairs_of_one_person},
                {"found_at_1e_5", set->measured.found_at_1e_5},
                {"norm_5_percent", fmt::format("{:.2f}", set->norm_5_percent)},
                {"agreement_5_percent", fmt::format("{:.3f}", set->measured.agreement_5_percent)}};
    }
    std::error_code ignored;
    const bool is_installed = std::filesystem::exists(program.global.config, ignored);
    const auto decisions = is_installed ? decisions_of(config, profile)
                                        : Result<Decisions>(Error{Errc::not_found, "no installation"});
    if (!decisions && options.directory.empty()) return fail(decisions.error());
    auto people = static_cast<std::size_t>(std::max<std::int64_t>(options.people, 1));
    json::array leads;
    if (decisions) {
        if (options.people <= 0) people = decisions->people;
        auto result = judged(*decisions, table, setup->budget, people);
        for (const auto& member : result.told)
            told[member.key()] = member.value();
        leads = std::move(result.leads);
        table = faces::tightened(table, result.tightening.factor);
        facts.tightened *= result.tightening.factor;
    } else {
        told["decisions"] = "not counted: " + to_string(decisions.error());
    }
    const bool is_same = table == profile.thresholds && !profile.needs_calibration;
    const auto target = faces::calibration_file(profile, config.faces.models);
    if (options.proposes_only || is_same) {
        told["written"] = is_same ? "nothing: the thresholds stay" : "nothing: it was asked what would be";
    } else {
        const auto written = write(target, faces::calibration_text(profile, table, facts));
        if (!written) return fail(written.error());
        told["written"] = target.string();
        told["in_force"] = "with the next start of stillwatchd";
    }
    const auto rates = faces::rates_for(setup->budget, people);
    const auto single = faces::thresholds_for(table, rates, 1, 1);
    told["lead_from"] = fmt::format("{:.3f}", single.lead);
    told["leads"] = std::move(leads);
    print_object(program.global.style(), told);
}

} // namespace stillwatch::cli
