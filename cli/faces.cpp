#include "cli/command.hpp"
#include "cli/face_calibration.hpp"
#include "cli/face_files.hpp"
#include "cli/session.hpp"

#include "faces/plan.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <memory>

namespace stillwatch::cli {

namespace {

struct PlanNumbers {
    std::int64_t people = 1;
    std::int64_t faces = 0;  // a week; 0: as configured
    std::int64_t budget = 0; // false leads a week; 0: as configured
};

std::optional<config::Config> configured(Program& program, const FaceOptions& options)
{
    auto config = load_or_defaults(program);
    if (!config) {
        program.exit_code = exit_configuration;
        return std::nullopt;
    }
    options.apply(*config);
    return config;
}

// Whose table the thresholds come from.
std::string source_of(const faces::Profile& profile)
{
    if (!profile.calibration) return "the profile's own table";
    const auto& facts = *profile.calibration;
    auto text = facts.pairs_of_strangers > 0
                    ? fmt::format("a table measured here on {} pairs of strangers", facts.pairs_of_strangers)
                : facts.tightened > 1 ? std::string("the profile's own table")
                                      : std::string("a table of an earlier calibration");
    if (facts.tightened > 1)
        text +=
            fmt::format(", tightened: strangers were as much alike {:.1f} times more often than it said, by "
                        "what people decided of leads",
                        facts.tightened);
    return text;
}

void print_plan(Program& program, const FaceOptions& options, const PlanNumbers& numbers)
{
    const auto config = configured(program, options);
    if (!config) return;
    if (config->faces.profile.empty()) {
        program.exit_code =
            print_error({Errc::not_found, "faces are off: name a profile in faces.profile or with "
                                          "--face-profile"});
        return;
    }
    const auto profile = faces::load_profile(config->faces.profile, config->faces.models);
    if (!profile) {
        program.exit_code = print_error(profile.error());
        return;
    }
    auto budget = daemon::face_budget(config->faces);
    if (numbers.faces > 0) budget.faces_a_week = static_cast<double>(numbers.faces);
    if (numbers.budget > 0) budget.false_leads_a_week = static_cast<double>(numbers.budget);
    const auto people = static_cast<std::size_t>(std::max<std::int64_t>(numbers.people, 1));
    const auto rates = faces::rates_for(budget, people);
    json::array rows;
    for (const int references : {1, 3, 5, 10}) {
        const auto at = faces::thresholds_for(profile->thresholds, rates, references, 1);
        rows.push_back(json::object{{"references", references},
                                    {"weak_from", fmt::format("{:.3f}", at.weak)},
                                    {"lead_from", fmt::format("{:.3f}", at.lead)},
                                    {"strong_from", fmt::format("{:.3f}", at.strong)}});
    }
    if (program.global.style() == Style::text)
        fmt::print(
            "{} people, {:.0f} faces a week, at most {:.0f} false leads a week (planned for {:.0f} times the "
            "measured rate)\nexpected false leads a week: {:.2g} from lead on, {:.2g} strong; weak ones "
            "({:.2g}) are told beside another sign only\nthresholds: {}; `faces calibrate` says how they do "
            "here\n",
            people, budget.faces_a_week, budget.false_leads_a_week, budget.margin,
            faces::false_leads_a_week(budget, people, rates.lead),
            faces::false_leads_a_week(budget, people, rates.strong),
            faces::false_leads_a_week(budget, people, rates.weak), source_of(*profile));
    print_rows(program.global.style(), rows, {"references", "weak_from", "lead_from", "strong_from"}, "");
}

void verify(Program& program, const FaceOptions& options)
{
    const auto config = configured(program, options);
    if (!config) return;
    const auto setup = daemon::face_setup(*config, faces::Calibration::not_yet);
    if (!setup) {
        program.exit_code = print_error(setup.error());
        return;
    }
    json::array rows;
    const auto check = [&](const faces::ModelFile& model) {
        const auto bytes = faces::read_model(model, config->faces.models);
        if (!bytes) program.exit_code = print_error(bytes.error());
        rows.push_back(json::object{{"file", model.file},
                                    {"sha256", model.digest.hex()},
                                    {"state", bytes ? "as the profile says" : name_of(bytes.error().code)}});
    };
    check(setup->profile.detector.model);
    for (const auto& embedder : setup->profile.embedders)
        check(embedder.model);
    print_rows(program.global.style(), rows, {"file", "sha256", "state"}, "");
    if (program.exit_code != exit_fine) return;
    // Whether they load behind the walls.
    asio::io_context loop(1);
    sandbox::WorkerPool pool(loop, setup->pool);
    std::optional<Result<void>> started;
    const auto start = [&]() -> Task<> {
        started = co_await pool.start();
        loop.stop();
    };
    asio::co_spawn(loop, start(), asio::detached);
    loop.run();
    if (!started || !*started)
        program.exit_code = print_error(started ? started->error() : Error{Errc::io, "no answer"});
    else if (program.global.style() == Style::text)
        fmt::print("profile {}: its models load in a restricted process{}\n", setup->profile.name,
                   setup->profile.needs_calibration
                       ? "; thresholds are missing: run `stillwatch faces calibrate`"
                       : "");
}

void calibrate(Program& program, const FaceOptions& options, const CalibrationOptions& chosen)
{
    const auto config = configured(program, options);
    if (config) calibrate_faces(program, *config, chosen);
}

void add_options(const Command& command, FaceOptions& options)
{
    command.add_option("--face-profile", options.profile, "Profile, in the place of faces.profile");
    command.add_option("--face-models", options.models, "Directory of models, in the place of faces.models");
}

} // namespace

void add_face_commands(Program program)
{
    const auto faces = program.app.add_subcommand("faces", "Models that find faces and tell them apart")
                           .require_subcommand(1);
    auto options = std::make_shared<FaceOptions>();
    auto numbers = std::make_shared<PlanNumbers>();
    auto chosen = std::make_shared<CalibrationOptions>();
    const auto plan = faces.add_subcommand(
        "plan", "From how much alike on a face is a lead, and how many false leads that makes a week");
    plan.add_option("--people", numbers->people, "Enrolled people").capture_default_str();
    plan.add_option("--faces-per-week", numbers->faces,
                    "Faces on the watched sites; else faces.faces_per_week");
    plan.add_option("--false-leads", numbers->budget, "Bearable in a week; else faces.false_leads_per_week");
    add_options(plan, *options);
    plan.callback([program, options, numbers]() mutable { print_plan(program, *options, *numbers); });
    const auto verifying = faces.add_subcommand(
        "verify", "Whether the files of the profile are the right ones and load in a restricted process");
    add_options(verifying, *options);
    verifying.callback([program, options]() mutable { verify(program, *options); });
    const auto calibrating = faces.add_subcommand(
        "calibrate",
        "How the thresholds do here, and what they should be; written beside the models. With a directory\n"
        "they are measured on photographs of some hundred people, of which nothing else is kept. What "
        "people\n"
        "decided of leads (confirmed, or dismissed as not_the_person or wrong_match) makes them stricter,\n"
        "never looser: where ten false leads or more show, 19 times out of 20, that more come a week than\n"
        "faces.false_leads_per_week allows. At most a hundredfold at once");
    calibrating.add_option("directory", chosen->directory,
                           "Directory with a directory for each person; without it only decisions count");
    calibrating.add_option("--people", chosen->people,
                           "Enrolled people; else those whose consent covers faces");
    calibrating.add_flag("--propose", chosen->proposes_only,
                         "Says what would be written, and writes nothing");
    add_options(calibrating, *options);
    calibrating.callback([program, options, chosen]() mutable { calibrate(program, *options, *chosen); });
}

} // namespace stillwatch::cli
