#include "features/pdq.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"
#include "tests/unit/features/integer_drawing.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

// Against the hashes of PDQ's reference code: for pictures drawn here (tests/data/pdq/README.md), and those
// that PDQ's own program gives for its own test pictures. The latter are not part of this source tree:
// STILLWATCH_PDQ_DATA names the folder with them and expected.csv (file, quality, eight hashes).
namespace stillwatch::features {
namespace {

struct Expected {
    std::string file;
    int quality_percent = 0;
    std::array<Fingerprint, orientation_count> fingerprints{};
};

std::filesystem::path data_folder()
{
    const char* named = std::getenv("STILLWATCH_PDQ_DATA");
    if (named != nullptr) return named;
    return std::filesystem::path(STILLWATCH_SOURCE_DIR).parent_path() / "shared/data/pdq";
}

std::vector<Expected> read_expected(const std::filesystem::path& folder)
{
    std::ifstream csv(folder / "expected.csv");
    std::vector<Expected> all;
    std::string line;
    std::getline(csv, line);
    while (std::getline(csv, line)) {
        std::istringstream fields(line);
        Expected expected;
        std::string field;
        std::getline(fields, expected.file, ',');
        std::getline(fields, field, ',');
        expected.quality_percent = std::stoi(field);
        for (auto& fingerprint : expected.fingerprints) {
            std::getline(fields, field, ',');
            fingerprint = Fingerprint::from_hex(field).value();
        }
        all.push_back(std::move(expected));
    }
    return all;
}

Bytes read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return to_bytes(text);
}

// Within the bounds of PDQ's authors (10 bits at quality 80 and more) where sides above 512 px were sampled;
// smaller pictures agree but for rounding.
int tolerance_bits(const pictures::Picture& picture)
{
    return std::max(picture.width_px, picture.height_px) <= 512 ? 2 : 10;
}

pictures::test::Drawing drawn(std::uint32_t seed, int width_px, int height_px)
{
    const auto rgb = test::integer_drawing(seed, width_px, height_px);
    pictures::test::Drawing drawing(width_px, height_px);
    for (std::size_t i = 0; i < rgb.size(); ++i)
        drawing.rgba[i / 3 * 4 + i % 3] = rgb[i];
    return drawing;
}

TEST(PdqConformity, AgreesWithTheReferenceCodeOnDrawnPictures)
{
    std::ifstream csv(STILLWATCH_SOURCE_DIR "/tests/data/pdq/expected.csv");
    int compared = 0;
    for (std::string line; std::getline(csv, line);) {
        if (line.starts_with('#')) continue;
        SCOPED_TRACE(line);
        std::istringstream fields(line);
        const auto field = [&fields] {
            std::string text;
            std::getline(fields, text, ',');
            return text;
        };
        const auto seed = static_cast<std::uint32_t>(std::stoul(field()));
        const int width_px = std::stoi(field());
        const int height_px = std::stoi(field());
        const int quality_percent = std::stoi(field());
        const auto file = pictures::test::encode_png(drawn(seed, width_px, height_px));
        const auto picture = pictures::decode_as_stored(file, pictures::sniff_picture(file).value(), {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        const auto frame = fingerprint(picture->frames.front());
        EXPECT_NEAR(frame.quality_percent, quality_percent, 1);
        for (std::size_t i = 0; i < orientation_count; ++i)
            EXPECT_LE(hamming(frame.fingerprints[i], Fingerprint::from_hex(field()).value()), 2)
                << name_of(static_cast<Orientation>(i));
        ++compared;
    }
    EXPECT_EQ(compared, 16);
}

TEST(PdqConformity, AgreesWithTheReferenceProgramOnItsOwnPictures)
{
    const auto folder = data_folder();
    const auto all = read_expected(folder);
    if (all.empty()) GTEST_SKIP() << "no expected.csv in " << folder;
    for (const auto& expected : all) {
        SCOPED_TRACE(expected.file);
        const auto file = read_file(folder / expected.file);
        const auto format = pictures::sniff_picture(file);
        ASSERT_TRUE(format);
        const auto picture =
            pictures::decode_as_stored(file, *format, {}); // the reference program ignores EXIF
        ASSERT_TRUE(picture) << to_string(picture.error());
        const auto frame = fingerprint(picture->frames.front());
        EXPECT_NEAR(frame.quality_percent, expected.quality_percent, 1);
        if (expected.quality_percent < 80) continue; // little more than noise in them
        for (std::size_t i = 0; i < orientation_count; ++i)
            EXPECT_LE(hamming(frame.fingerprints[i], expected.fingerprints[i]), tolerance_bits(*picture))
                << name_of(static_cast<Orientation>(i));
    }
}

} // namespace
} // namespace stillwatch::features
