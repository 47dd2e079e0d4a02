#include "faces/profile.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace stillwatch::faces {
namespace {

using ::testing::HasSubstr;

std::string shipped(std::string_view name)
{
    const auto bytes = test::read_file(std::filesystem::path(STILLWATCH_SOURCE_DIR) / "config/faces" / name);
    return std::string(as_text(bytes));
}

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::runtime_error("no " + what);
    return text.replace(at, what.size(), with);
}

TEST(FaceProfile, ThoseThatAreShippedCanBeRead)
{
    const auto development = parse_profile(shipped("yunet22+mfn512.toml"));
    ASSERT_TRUE(development) << development.error().detail;
    EXPECT_EQ(development->dimension(), 512);
    EXPECT_FALSE(development->needs_calibration);
    EXPECT_NEAR(development->thresholds.similarity(5, 1, 1e-6), 0.565, 1e-9);
    const auto installations = parse_profile(shipped("yunet22+sface.toml"));
    ASSERT_TRUE(installations) << installations.error().detail;
    EXPECT_TRUE(installations->needs_calibration);
}

TEST(FaceProfile, WhatIsWrongIsNamedWithItsKey)
{
    const auto text = shipped("yunet22+mfn512.toml");
    const auto why = [&](const std::string& what, const std::string& with) {
        const auto profile = parse_profile(replaced(text, what, with));
        return profile ? std::string("taken") : profile.error().detail;
    };
    EXPECT_THAT(why("dimension = 512", "dimension = 5"), HasSubstr("embedder.dimension"));
    EXPECT_THAT(why("side_px = 112", "sides_px = 112"), HasSubstr("embedder.side_px is missing"));
    EXPECT_THAT(why("probe_px = 20", "probe_px = 20\nprobe_py = 1"), HasSubstr("unknown key gates.probe_py"));
    EXPECT_THAT(why("\"fr_feature.onnx\"", "\"../fr_feature.onnx\""), HasSubstr("plain name"));
    EXPECT_THAT(why("[1e-3, 0.347]", "[1e-3, 0.9]"), HasSubstr("rising similarities"));
    EXPECT_THAT(why("channels = \"rgb\"", "channels = \"grb\""), HasSubstr("embedder.channels"));
    EXPECT_THAT(why("name = ", "name"), HasSubstr("line 3"));
}

TEST(FaceProfile, TheModelIsWhatEmbeddingsComeFromAndNothingElse)
{
    const auto text = shipped("yunet22+mfn512.toml");
    const auto model = [&](const std::string& what, const std::string& with) {
        return parse_profile(replaced(text, what, with)).value().model();
    };
    const auto own = parse_profile(text).value().model();
    EXPECT_EQ(model("probe_px = 20", "probe_px = 40"), own);
    EXPECT_EQ(model("[1e-7, 0.580]", "[1e-7, 0.590]"), own);
    EXPECT_NE(model("scale = 0.0078125", "scale = 0.0078"), own);
    EXPECT_NE(model("87aacdfe", "97aacdfe"), own);
    EXPECT_NE(model("averages_mirrored = false", "averages_mirrored = true"), own);
}

TEST(FaceProfile, OneThatNeedsItIsRefusedUntilItWasCalibrated)
{
    const test::TemporaryDirectory folder;
    const auto file = folder.path() / "sface.toml";
    test::write_file(file, as_bytes(shipped("yunet22+sface.toml")));
    const auto refused = load_profile(file, folder.path());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("faces calibrate"));

    const auto profile = load_profile(file, folder.path(), Calibration::not_yet);
    ASSERT_TRUE(profile) << profile.error().detail;
    const ThresholdTable measured({{1, 1, {{1e-3, 0.31}, {1e-4, 0.365}}}});
    test::write_file(calibration_file(*profile, folder.path()),
                     as_bytes(calibration_text(*profile, measured)));
    const auto ready = load_profile(file, folder.path());
    ASSERT_TRUE(ready) << ready.error().detail;
    EXPECT_EQ(ready->thresholds, measured);
    EXPECT_EQ(ready->calibration, CalibrationFacts{});

    const CalibrationFacts facts{123'456'789, 3.162};
    test::write_file(calibration_file(*profile, folder.path()),
                     as_bytes(calibration_text(*profile, measured, facts)));
    EXPECT_EQ(load_profile(file, folder.path()).value().calibration, facts);

    auto other = *profile;
    other.embedders.front().scale = 2;
    test::write_file(calibration_file(*profile, folder.path()), as_bytes(calibration_text(other, measured)));
    const auto of_others = load_profile(file, folder.path());
    ASSERT_FALSE(of_others);
    EXPECT_THAT(of_others.error().detail, HasSubstr("other models"));
}

TEST(FaceProfile, OtherBytesThanItNamesAreRefused)
{
    const test::TemporaryDirectory folder;
    test::write_file(folder.path() / "net.onnx", as_bytes("a network"));
    const ModelFile right{"net.onnx", Sha256::of(as_bytes("a network"))};
    EXPECT_TRUE(read_model(right, folder.path()));
    const auto wrong = read_model({"net.onnx", Sha256::of(as_bytes("another"))}, folder.path());
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::refused);
    EXPECT_EQ(read_model({"none.onnx", right.digest}, folder.path()).error().code, Errc::not_found);
}

} // namespace
} // namespace stillwatch::faces
