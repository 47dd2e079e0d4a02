#pragma once

#include "config/config.hpp"
#include "core/result.hpp"
#include "faces/plan.hpp"
#include "faces/profile.hpp"
#include "pipeline/reference_keeper.hpp"
#include "sandbox/worker_pool.hpp"

#include <memory>

namespace stillwatch::daemon {

// What looking for faces needs.
struct FaceSetup {
    faces::Profile profile;
    faces::Budget budget;
    sandbox::PoolSettings pool; // of stillwatch-faces
};

faces::Budget face_budget(const config::Faces& settings);

// Errors: not_found (no profile is configured, or stillwatch-faces is not installed), those of
// faces::load_profile; of the models themselves nothing: a process that cannot read them says so.
Result<FaceSetup> face_setup(const config::Config& config,
                             faces::Calibration calibration = faces::Calibration::needed);

// Reads faces for the daemon, and tells `references` what to compare them by. Null where no profile is
// configured. Throws std::runtime_error where one is and cannot be used: a file is missing or has other
// bytes.
std::unique_ptr<sandbox::WorkerPool> face_reader(asio::io_context& loop, const config::Config& config,
                                                 pipeline::ReferenceKeeper& references);

} // namespace stillwatch::daemon
