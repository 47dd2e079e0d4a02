#pragma once

#include "config/config.hpp"
#include "core/face.hpp"
#include "daemon/face_settings.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stillwatch::cli {

// Options of every command that looks for faces without an installation; each stands before the
// configuration.
struct FaceOptions {
    std::string profile;
    std::string models;

    // Puts what was given into the configuration.
    void apply(config::Config& config) const;
};

// Reads the faces of pictures in restricted processes, several at a time; `each` is called in the order of
// `files`. Errors: no process that has the models can be started; what is wrong with a file goes to `each`.
using EachFaces = std::function<void(const std::filesystem::path& file, const Result<FacesSeen>& seen)>;
Result<void> read_faces(const config::Config& config, const daemon::FaceSetup& setup,
                        const std::vector<std::filesystem::path>& files, const EachFaces& each);

} // namespace stillwatch::cli
