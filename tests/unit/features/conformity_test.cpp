#include "features/pdq.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

// Against the hashes that PDQ's own program gives for its own test pictures. The pictures are not part of
// this source tree: STILLWATCH_PDQ_DATA names the folder with them and expected.csv (file, quality, eight
// hashes).
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
