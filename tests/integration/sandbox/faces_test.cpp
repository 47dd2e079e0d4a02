#include "faces/people.hpp"
#include "faces/profile.hpp"
#include "sandbox/worker_pool.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <optional>

// stillwatch-faces behind the product's own pool. Models are in no package of ours: what needs them runs
// where STILLWATCH_FACE_MODELS names them (scripts/fetch-models), and is skipped by name elsewhere;
// photographs of people stand below STILLWATCH_PEOPLE, a directory each.
namespace stillwatch::sandbox {
namespace {

namespace fs = std::filesystem;

const fs::path profile_file = fs::path(STILLWATCH_SOURCE_DIR) / "config/faces/yunet22+mfn512.toml";

PoolSettings settings_for(const fs::path& models)
{
    PoolSettings settings;
    settings.worker_program = STILLWATCH_FACES;
    settings.workers = 1;
    settings.worker_arguments = {"--profile", profile_file.string(), "--models", models.string()};
    return settings;
}

Result<FacesSeen> faces_of(WorkerPool& pool, asio::io_context& loop, Bytes file)
{
    std::optional<Result<FacesSeen>> seen;
    Document document{std::make_shared<const Bytes>(std::move(file))};
    asio::co_spawn(loop, pool.faces(std::move(document)), [&](std::exception_ptr, Result<FacesSeen> told) {
        seen = std::move(told);
        loop.stop();
    });
    loop.restart();
    loop.run();
    return seen.value();
}

TEST(FacesProgram, WithoutItsModelsItRefusesToRunAndSaysWhich)
{
    const test::TemporaryDirectory empty;
    asio::io_context loop(1);
    WorkerPool pool(loop, settings_for(empty.path()));
    const auto seen = faces_of(pool, loop, to_bytes("no picture"));
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, Errc::io);
    EXPECT_THAT(seen.error().detail, ::testing::HasSubstr("face_detection_yunet_2022mar.onnx"));
}

TEST(FacesProgram, OtherBytesThanTheProfileNamesAreRefused)
{
    const test::TemporaryDirectory models;
    test::write_file(models / "face_detection_yunet_2022mar.onnx", as_bytes("another network"));
    asio::io_context loop(1);
    WorkerPool pool(loop, settings_for(models.path()));
    const auto seen = faces_of(pool, loop, to_bytes("no picture"));
    ASSERT_FALSE(seen);
    EXPECT_THAT(seen.error().detail, ::testing::HasSubstr("its SHA-256 is"));
}

class FacesWithModels : public ::testing::Test {
protected:
    void SetUp() override
    {
        const char* models = std::getenv("STILLWATCH_FACE_MODELS");
        if (models == nullptr) GTEST_SKIP() << "no models: set STILLWATCH_FACE_MODELS (scripts/fetch-models)";
        pool_.emplace(loop_, settings_for(models));
    }
    Result<FacesSeen> faces_in(Bytes file) { return faces_of(*pool_, loop_, std::move(file)); }

    asio::io_context loop_{1};
    std::optional<WorkerPool> pool_;
};

TEST_F(FacesWithModels, PicturesOfAllSizesAreReadBehindTheFilter)
{
    const auto profile = faces::load_profile(profile_file, std::getenv("STILLWATCH_FACE_MODELS"));
    ASSERT_TRUE(profile) << profile.error().detail;
    for (const auto& [width, height] : {std::pair{32, 32}, {40, 700}, {640, 480}, {1'900, 1'300}}) {
        const auto seen = faces_in(pictures::test::encode_jpeg(pictures::test::scene(3, width, height)));
        ASSERT_TRUE(seen) << seen.error().detail << " at " << width << " x " << height;
        EXPECT_EQ(seen->width_px, width);
        EXPECT_EQ(seen->model, profile->model());
    }
    EXPECT_EQ(faces_in(to_bytes("no picture")).error().code, Errc::undecodable);
    EXPECT_EQ(pool_->counters().crashed, 0U);
    EXPECT_EQ(pool_->counters().replaced, 0U);
}

TEST_F(FacesWithModels, OnePersonIsAlikeOnTwoPhotographsAndStrangersAreNot)
{
    const char* people = std::getenv("STILLWATCH_PEOPLE");
    if (people == nullptr) GTEST_SKIP() << "no photographs: set STILLWATCH_PEOPLE";
    std::vector<std::vector<float>> firsts;
    double least_alike = 1;
    for (const auto& person : fs::directory_iterator(people)) {
        if (!fs::exists(person.path() / "3.jpg")) continue;
        const auto one = faces_in(test::read_file(person.path() / "1.jpg"));
        const auto two = faces_in(test::read_file(person.path() / "2.jpg"));
        ASSERT_TRUE(one && two);
        if (one->faces.empty() || two->faces.empty()) continue;
        least_alike = std::min<double>(
            least_alike, faces::similarity(one->faces.front().embedding, two->faces.front().embedding));
        firsts.push_back(one->faces.front().embedding);
        if (firsts.size() == 6) break;
    }
    ASSERT_GE(firsts.size(), 2U);
    double most_alike = -1;
    for (std::size_t i = 0; i < firsts.size(); ++i)
        for (std::size_t j = i + 1; j < firsts.size(); ++j)
            most_alike = std::max<double>(most_alike, faces::similarity(firsts[i], firsts[j]));
    EXPECT_GT(least_alike, most_alike);
}

} // namespace
} // namespace stillwatch::sandbox
