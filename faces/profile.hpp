#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/result.hpp"
#include "faces/thresholds.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A profile says how faces are found and embedded, with which files, and how much alike is how rare. It is a
// TOML file of the installation's, so that no model and no number of one is built in. How it is written:
// config/faces/*.toml.
namespace stillwatch::faces {

struct ModelFile {
    std::string file; // its plain name, in the directory of models
    Sha256 digest;    // of the whole file; other bytes are refused

    friend bool operator==(const ModelFile&, const ModelFile&) = default;
};

struct DetectorProfile {
    ModelFile model;
    int longest_side_px = 640; // a picture is made no larger than that for the first pass
    double least_score = 0.6;  // of what is a face at all, 0..1
    double most_overlap = 0.3; // intersection over union above which two boxes are one face

    friend bool operator==(const DetectorProfile&, const DetectorProfile&) = default;
};

struct EmbedderProfile {
    ModelFile model;
    int side_px = 112;            // of the aligned face
    std::array<double, 3> mean{}; // taken off each channel, in the order of `is_rgb`
    double scale = 1;             // then multiplied with
    bool is_rgb = true;           // else blue first
    int dimension = 0;            // numbers in an embedding
    // Where the eyes, the nose and the corners of the mouth lie in the aligned face, image-left first.
    std::array<std::array<double, 2>, 5> points{};

    friend bool operator==(const EmbedderProfile&, const EmbedderProfile&) = default;
};

// What a face has to be. Sizes are widths in pixels of the picture.
struct Gates {
    double probe_score = 0.7;
    double probe_px = 32;
    double probe_norm = 0;
    double reference_score = 0.9;
    double reference_px = 80;
    double reference_norm = 0;
    double reference_agreement = 0; // similarity of two references of one person

    friend bool operator==(const Gates&, const Gates&) = default;
};

// Where a table comes from that stands in the place of the profile's own.
struct CalibrationFacts {
    std::size_t pairs_of_strangers = 0; // of the local set; 0: the profile's own table
    double tightened = 1;               // each rate was multiplied by that, for what people decided

    friend bool operator==(const CalibrationFacts&, const CalibrationFacts&) = default;
};

struct Profile {
    std::string name;
    DetectorProfile detector;
    std::vector<EmbedderProfile> embedders; // one, or two whose similarities are averaged
    bool averages_mirrored = false;         // each embedding is that of the face and of its mirror image
    Gates gates;
    ThresholdTable thresholds;
    // Its table is not one that was measured with these models: `stillwatch faces calibrate` has to make one.
    bool needs_calibration = false;
    std::optional<CalibrationFacts> calibration{}; // where the table is one that `calibrate` left

    int dimension() const noexcept; // of all embedders together
    // What embeddings come from: those of another are never compared. Rises with every file and every number
    // that changes them; thresholds and gates do not.
    Sha256 model() const;

    friend bool operator==(const Profile&, const Profile&) = default;
};

// Errors: malformed (what is wrong, with the key). `text` is at most 64 KiB.
Result<Profile> parse_profile(std::string_view text);
// The same of a file, with the table that `calibrate` left beside the models in place of its own. Errors:
// not_found, io, malformed; refused (it needs a calibration and there is none, or it is of other models).
Result<Profile> load_profile(const std::filesystem::path& file, const std::filesystem::path& models);

// Whether a profile is only read to be calibrated.
enum class Calibration : std::uint8_t { needed, not_yet };
Result<Profile> load_profile(const std::filesystem::path& file, const std::filesystem::path& models,
                             Calibration calibration);

// Where a calibration of a profile stands, and what is written there.
std::filesystem::path calibration_file(const Profile& profile, const std::filesystem::path& models);
std::string calibration_text(const Profile& profile, const ThresholdTable& thresholds,
                             const CalibrationFacts& facts = {});

// The bytes of a model, checked. Errors: not_found, io, too_large (over 256 MiB), refused (other bytes than
// the profile names).
Result<Bytes> read_model(const ModelFile& model, const std::filesystem::path& models);

} // namespace stillwatch::faces
