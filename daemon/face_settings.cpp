#include "daemon/face_settings.hpp"

#include "daemon/installation.hpp"
#include "sandbox/worker_program.hpp"

#include <stdexcept>
#include <vector>

namespace stillwatch::daemon {

faces::Budget face_budget(const config::Faces& settings)
{
    faces::Budget budget;
    budget.false_leads_a_week = settings.false_leads_per_week;
    budget.faces_a_week = static_cast<double>(settings.faces_per_week);
    return budget;
}

Result<FaceSetup> face_setup(const config::Config& config, faces::Calibration calibration)
{
    const auto& settings = config.faces;
    if (settings.profile.empty())
        return Error{Errc::not_found, "faces are off: no faces.profile is configured"};
    auto program = sandbox::find_faces_program();
    if (!program) return program.error();
    auto profile = faces::load_profile(settings.profile, settings.models, calibration);
    if (!profile) return profile.error();
    auto pool = pool_settings(config);
    if (!pool) return pool.error();
    pool->worker_program = *std::move(program);
    pool->worker_arguments = {"--profile", settings.profile.string(), "--models", settings.models.string()};
    return FaceSetup{*std::move(profile), face_budget(settings), *std::move(pool)};
}

std::unique_ptr<sandbox::WorkerPool> face_reader(asio::io_context& loop, const config::Config& config,
                                                 pipeline::ReferenceKeeper& references)
{
    if (config.faces.profile.empty()) return nullptr;
    auto setup = face_setup(config);
    if (!setup) throw std::runtime_error("faces: " + to_string(setup.error()));
    auto files = std::vector{setup->profile.detector.model};
    for (const auto& embedder : setup->profile.embedders)
        files.push_back(embedder.model);
    // Told now and not by each process that cannot start.
    for (const auto& file : files)
        if (const auto bytes = faces::read_model(file, config.faces.models); !bytes)
            throw std::runtime_error("faces: " + to_string(bytes.error()));
    references.look_for_faces({setup->profile.model(), setup->profile.thresholds, setup->budget});
    return std::make_unique<sandbox::WorkerPool>(loop, std::move(setup->pool));
}

} // namespace stillwatch::daemon
