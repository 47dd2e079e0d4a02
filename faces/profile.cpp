#include "faces/profile.hpp"

#include "faces/profile_reader.hpp"

#include <fmt/format.h>

#include <fstream>
#include <numeric>
#include <stdexcept>

namespace stillwatch::faces {

namespace {

constexpr std::size_t max_profile_bytes = 64U << 10U;
constexpr std::size_t max_model_bytes = 256U << 20U;

Result<Bytes> read_bytes(const std::filesystem::path& file, std::size_t max_bytes)
{
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    if (failed)
        return Error{std::filesystem::exists(file, failed) ? Errc::io : Errc::not_found,
                     fmt::format("{}: {}", file.string(), "cannot be read, or is not there")};
    if (size > max_bytes)
        return Error{Errc::too_large, fmt::format("{}: larger than {} bytes", file.string(), max_bytes)};
    Bytes bytes(static_cast<std::size_t>(size));
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream) return Error{Errc::io, fmt::format("{}: cannot be read", file.string())};
    return bytes;
}

Result<std::string> read_text(const std::filesystem::path& file)
{
    const auto bytes = read_bytes(file, max_profile_bytes);
    if (!bytes) return bytes.error();
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

// The table that `calibrate` left; nothing where there is none.
Result<std::optional<StoredCalibration>> calibrated(const Profile& profile,
                                                    const std::filesystem::path& models)
{
    std::optional<StoredCalibration> none;
    const auto file = calibration_file(profile, models);
    const auto text = read_text(file);
    if (!text && text.error().code == Errc::not_found) return none;
    if (!text) return text.error();
    auto table = read_calibration(*text, profile.model());
    if (!table) return Error{table.error().code, fmt::format("{}: {}", file.string(), table.error().detail)};
    return std::optional(*std::move(table));
}

} // namespace

int Profile::dimension() const noexcept
{
    return std::accumulate(embedders.begin(), embedders.end(), 0,
                           [](int sum, const EmbedderProfile& one) { return sum + one.dimension; });
}

Sha256 Profile::model() const
{
    // In hexadecimal floating point, so that no rounding makes two of one.
    auto text = fmt::format("stillwatch faces 1\n{}\n{}\n{}\n", detector.model.digest.hex(),
                            detector.longest_side_px, averages_mirrored ? "mirrored" : "plain");
    for (const auto& one : embedders) {
        text += fmt::format("{} {} {} {:a} {}\n", one.model.digest.hex(), one.side_px,
                            one.is_rgb ? "rgb" : "bgr", one.scale, one.dimension);
        for (const auto mean : one.mean)
            text += fmt::format("{:a} ", mean);
        for (const auto& point : one.points)
            text += fmt::format("{:a},{:a} ", point[0], point[1]);
    }
    return Sha256::of(as_bytes(text));
}

Result<Profile> parse_profile(std::string_view text)
{
    if (text.size() > max_profile_bytes) return Error{Errc::malformed, "longer than any profile"};
    return read_profile(text);
}

Result<Profile> load_profile(const std::filesystem::path& file, const std::filesystem::path& models)
{
    return load_profile(file, models, Calibration::needed);
}

Result<Profile> load_profile(const std::filesystem::path& file, const std::filesystem::path& models,
                             Calibration calibration)
{
    const auto text = read_text(file);
    if (!text) return text.error();
    auto profile = parse_profile(*text);
    if (!profile)
        return Error{profile.error().code, fmt::format("{}: {}", file.string(), profile.error().detail)};
    auto own = calibrated(*profile, models);
    if (!own && calibration == Calibration::needed) return own.error();
    if (own && *own) {
        profile->thresholds = std::move((*own)->table);
        profile->calibration = (*own)->facts;
        profile->needs_calibration = false;
    }
    if (profile->needs_calibration && calibration == Calibration::needed)
        return Error{Errc::refused,
                     fmt::format("profile {} has no thresholds that were measured with its models: run "
                                 "`stillwatch faces calibrate` on photographs of people who agreed, or on a "
                                 "public set",
                                 profile->name)};
    return profile;
}

std::filesystem::path calibration_file(const Profile& profile, const std::filesystem::path& models)
{
    return models / (profile.name + ".calibration.toml");
}

std::string calibration_text(const Profile& profile, const ThresholdTable& thresholds,
                             const CalibrationFacts& facts)
{
    auto text =
        fmt::format("# Made by `stillwatch faces calibrate`.\nmodel = \"{}\"\npairs_of_strangers = {}\n"
                    "tightened = {:.3f}\n",
                    profile.model().hex(), facts.pairs_of_strangers, facts.tightened);
    for (const auto& row : thresholds.rows()) {
        text += fmt::format("\n[[threshold]]\nreferences = {}\nfaces = {}\npoints = [", row.references,
                            row.faces);
        for (std::size_t i = 0; i < row.points.size(); ++i)
            text += fmt::format("{}[{:.3e}, {:.4f}]", i > 0 ? ", " : "", row.points[i].false_match_rate,
                                row.points[i].similarity);
        text += "]\n";
    }
    return text;
}

Result<Bytes> read_model(const ModelFile& model, const std::filesystem::path& models)
{
    auto bytes = read_bytes(models / model.file, max_model_bytes);
    if (!bytes) return bytes.error();
    if (const auto found = Sha256::of(*bytes); found != model.digest)
        return Error{Errc::refused,
                     fmt::format("{}: its SHA-256 is {}, the profile names {}",
                                 (models / model.file).string(), found.hex(), model.digest.hex())};
    return bytes;
}

} // namespace stillwatch::faces
