#include "sandbox/frame_cache.hpp"
#include "sandbox/worker_pool.hpp"
#include "tests/unit/packages/samples.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The product's own worker program behind the product's own pool.
namespace stillwatch::sandbox {
namespace {

const std::string page = "<!doctype html><title>board</title><a href='/thread/2'>next</a><img src='a.jpg'>"
                         "<p>filler</p><img srcset='b.jpg 1x, c.jpg 2x'>";

Bytes gzip(ByteView plain)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes out(deflateBound(&stream, plain.size()) + 64);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

void put(Bytes& file, std::uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        file.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xffU));
}

// A 24-bit BMP with some structure in it.
Bytes bitmap(std::uint32_t side)
{
    Bytes file = to_bytes("BM");
    put(file, 54 + 3 * side * side, 4);
    put(file, 0, 4);
    put(file, 54, 4);
    put(file, 40, 4);
    put(file, side, 4);
    put(file, side, 4);
    put(file, 1, 2);
    put(file, 24, 2);
    for (int i = 0; i < 6; ++i)
        put(file, 0, 4);
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x)
            put(file, ((x * y * 7) % 256) * 0x10101U, 3);
    return file;
}

class Worker : public testing::Test {
protected:
    Worker() : pool_(io_, settings()) {}

    static PoolSettings settings(std::size_t workers = 1)
    {
        PoolSettings settings;
        settings.worker_program = STILLWATCH_WORKER;
        settings.workers = workers;
        settings.max_decoded_bytes = 4U << 20U;
        return settings;
    }
    static Document document(Bytes body, std::string encoding = "")
    {
        return Document{std::make_shared<const Bytes>(std::move(body)), std::move(encoding), "text/html"};
    }
    template <class Value>
    Result<Value> run(Task<Result<Value>> task)
    {
        std::optional<Result<Value>> answer;
        asio::co_spawn(io_, std::move(task),
                       [&](std::exception_ptr, Result<Value> result) { answer = std::move(result); });
        io_.restart();
        io_.run();
        return answer.value();
    }
    Result<PageLinks> links(Document document)
    {
        return run(pool_.links(std::move(document), "https://board.example/thread/1"));
    }
    Result<PictureFeatures> features(Document document, Detail detail = Detail::query)
    {
        return run(pool_.features(std::move(document), detail));
    }
    Result<std::vector<SignGrid>> views(WorkerPool& pool, Bytes body, const PictureFeatures& of,
                                        std::string encoding = "")
    {
        return run(pool.views(document(std::move(body), std::move(encoding)), of.file_digest,
                              {whole(of), middle(of)}));
    }
    // A picture's first frame, and the part around its centre.
    static View whole(const PictureFeatures& picture)
    {
        const auto& frame = picture.local.front();
        return {0, 4, 3, {double(frame.width_px), 0, 0, 0, double(frame.height_px), 0}};
    }
    static View middle(const PictureFeatures& picture)
    {
        const auto& frame = picture.local.front();
        return {
            0,
            2,
            2,
            {frame.width_px / 2.0, 0, frame.width_px / 4.0, 0, frame.height_px / 2.0, frame.height_px / 4.0}};
    }
    static Bytes nothing() { return to_bytes("this is no picture"); }

    asio::io_context io_{1};
    WorkerPool pool_;
};

TEST_F(Worker, FindsTheLinksOfAPage)
{
    const auto found = links(document(to_bytes(page)));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    ASSERT_EQ(found->links.size(), 4U);
    EXPECT_EQ(found->links[0], (Link{Mechanism::a_href, LinkKind::page, "https://board.example/thread/2"}));
    EXPECT_EQ(found->links[1],
              (Link{Mechanism::img_src, LinkKind::image, "https://board.example/thread/a.jpg"}));
    EXPECT_FALSE(found->truncated);
}

TEST_F(Worker, TellsWhichAddressesAreOnePicture)
{
    const auto found =
        links(document(to_bytes("<a href=full.jpg><img src=thumb.jpg></a><img src=other.jpg>")));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    ASSERT_EQ(found->links.size(), 3U);
    EXPECT_EQ(found->links[0],
              (Link{Mechanism::a_href, LinkKind::image, "https://board.example/thread/full.jpg", 1}));
    EXPECT_EQ(found->links[1],
              (Link{Mechanism::img_src, LinkKind::image, "https://board.example/thread/thumb.jpg", 1}));
    EXPECT_EQ(found->links[2].item, 0);
}

TEST_F(Worker, ReadsPlaylistsOfVideos)
{
    const auto playlist = [&](Document given) {
        return run(pool_.playlist(std::move(given), "https://board.example/v/list.m3u8"));
    };
    const auto read =
        playlist(document(gzip(to_bytes("#EXTM3U\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n")), "gzip"));
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->variants.at(0).segments.at(0).url, "https://board.example/v/1.ts");
    EXPECT_EQ(playlist(document(to_bytes(page))).error().code, Errc::undecodable);
}

TEST_F(Worker, DecodesContentEncodings)
{
    const auto found = links(document(gzip(to_bytes(page)), "gzip"));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    EXPECT_EQ(found->links.size(), 4U);
    EXPECT_FALSE(found->truncated);
}

TEST_F(Worker, APageCutShortStillGivesItsLinks)
{
    std::string longer = page;
    for (int i = 0; i < 3'000; ++i)
        longer += "<a href='/post/" + std::to_string(i * 7919 % 100'003) + "'>x</a>";
    auto body = gzip(to_bytes(longer));
    body.resize(body.size() / 2);
    const auto found = links(document(std::move(body), "gzip"));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    EXPECT_TRUE(found->truncated);
    EXPECT_GT(found->links.size(), 1'000U);
}

TEST_F(Worker, ExtractsTheFeaturesOfAPicture)
{
    const auto found = features(document(bitmap(128)));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    EXPECT_EQ(found->format, PictureFormat::bmp);
    EXPECT_EQ(found->width_px, 128);
    EXPECT_EQ(found->height_px, 128);
    EXPECT_EQ(found->frames.size(), 1U);
    const auto encoded = features(document(gzip(bitmap(128)), "gzip"));
    ASSERT_TRUE(encoded.has_value()) << to_string(encoded.error());
    EXPECT_EQ(*encoded, *found);
}

TEST_F(Worker, ABombIsTooLargeAndTheNextPageIsRead)
{
    const auto bomb = gzip(gzip(Bytes(64U << 20U)));
    const auto refused = links(document(bomb, "gzip, gzip"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::too_large);
    EXPECT_TRUE(links(document(to_bytes(page))).has_value());
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 2}));
}

TEST_F(Worker, NoPictureIsUndecodable)
{
    const auto refused = features(document(to_bytes("this is no picture")));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::undecodable);
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 1}));
}

TEST_F(Worker, BrokenContentIsMalformed)
{
    const auto refused = features(document(to_bytes("neither packed nor a picture"), "gzip"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::malformed);
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 1}));
}

TEST_F(Worker, APictureThatIsEncodedByNameOnlyIsReadAsItStands)
{
    for (const auto* encoding : {"gzip", "deflate", "br", "zstd", "gzip, br"}) {
        const auto found = features(document(bitmap(128), encoding));
        ASSERT_TRUE(found.has_value()) << encoding << ": " << to_string(found.error());
        EXPECT_EQ(found->file_digest, Sha256::of(bitmap(128)));
    }
}

TEST_F(Worker, APictureInPlaceOfAPageIsTold)
{
    EXPECT_EQ(links(document(gzip(bitmap(128)), "gzip")).error().code, Errc::exists);
}

TEST_F(Worker, ASpacerIsTooSmallInEveryFormatAndEvenIfItIsBroken)
{
    const Bytes gif = to_bytes(
        std::string_view("GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02"
                         "D\x01\0;",
                         35));
    EXPECT_EQ(features(document(gif)).error().code, Errc::invalid_argument);
    EXPECT_EQ(features(document(Bytes(gif.begin(), gif.begin() + 20))).error().code, Errc::invalid_argument);
    EXPECT_EQ(features(document(bitmap(1))).error().code, Errc::invalid_argument);
}

// Decoders, local features and sign grids must do with one thread and the system calls of the filter.
TEST_F(Worker, EverythingOfAReferenceIsFoundWithinTheFilter)
{
    using namespace pictures::test;
    const auto drawing = scene(5, 640, 480);
    const std::vector frames{drawing, mirrored(drawing), negative(drawing), scene(6, 640, 480),
                             scene(7, 640, 480)};
    const std::vector files{encode_jpeg(drawing),
                            encode_jpeg(drawing, JpegKind::progressive),
                            encode_png(drawing),
                            encode_png(drawing, PngKind::interlaced),
                            encode_webp(drawing),
                            encode_animated_webp(frames),
                            encode_gif(frames),
                            encode_bmp(drawing),
                            encode_tiff(drawing),
                            encode_avif(drawing),
                            encode_heif(frames),
                            encode_heif({drawing}, HeifKind::ten_bits),
                            encode_jxl({drawing}),
                            encode_jxl(frames, JxlKind::lossless),
                            encode_jpeg2000(drawing),
                            encode_ico({encode_png(drawing)}),
                            encode_apng(frames),
                            encode_tiff_pages(frames),
                            joined({encode_jpeg(drawing), encode_jpeg(scene(6, 640, 480))})};
    for (const auto& file : files) {
        const auto found = features(document(file), Detail::reference);
        ASSERT_TRUE(found.has_value()) << to_string(found.error());
        EXPECT_EQ(found->sign_grid.size(), found->local.size()) << name_of(found->format);
        EXPECT_GT(found->local.front().features.size(), 50U) << name_of(found->format);
    }
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = files.size()}));
}

// Archives know times and character sets, whose tables are files.
TEST_F(Worker, PicturesInPackagesAreFoundWithinTheFilter)
{
    using namespace packages::test;
    const auto picture = pictures::test::encode_jpeg(pictures::test::scene(5, 640, 480));
    const Entries album{{"a/gr\xC3\xBC\xC3\x9F.jpg", picture}, {"b.txt", to_bytes("no picture")}};
    const std::vector files{archive_of(album), archive_of(album, ArchiveKind::seven_zip), rar_of(album),
                            pdf_of("/Subtype /Image /Filter [/FlateDecode /DCTDecode]", deflated(picture))};
    const auto alone = features(document(picture)).value();
    for (const auto& file : files) {
        const auto found = features(document(file));
        ASSERT_TRUE(found.has_value()) << to_string(found.error());
        EXPECT_EQ(found->file_digest, Sha256::of(file));
        EXPECT_EQ(found->frames.at(0).fingerprints, alone.frames.at(0).fingerprints);
    }
    EXPECT_EQ(features(document(archive_of(album, ArchiveKind::zip, "secret"))).error().code, Errc::refused);
    EXPECT_EQ(features(document(files[0]), Detail::reference).error().code, Errc::undecodable);
    EXPECT_EQ(pool_.counters().crashed, 0U);
}

TEST_F(Worker, EachDetailTellsWhatWasAskedFor)
{
    const auto hashes = features(document(bitmap(128)), Detail::hashes);
    const auto query = features(document(bitmap(128)), Detail::query);
    const auto reference = features(document(bitmap(128)), Detail::reference);
    ASSERT_TRUE(hashes && query && reference);
    EXPECT_TRUE(hashes->local.at(0).features.empty());
    EXPECT_EQ(hashes->local.at(0).width_px, query->local.at(0).width_px);
    EXPECT_EQ(hashes->frames, query->frames);
    EXPECT_FALSE(query->local.at(0).features.empty());
    EXPECT_TRUE(query->sign_grid.empty());
    EXPECT_EQ(reference->sign_grid.size(), 1U);
}

TEST_F(Worker, AnswersViewsOfAPictureFromItsMemory)
{
    WorkerPool pool(io_, settings());
    const auto found = run(pool.features(document(bitmap(128)), Detail::query));
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    const auto seen = views(pool, nothing(), *found); // a body from which nothing can be decoded
    ASSERT_TRUE(seen.has_value()) << to_string(seen.error());
    ASSERT_EQ(seen->size(), 2U);
    EXPECT_EQ(seen->at(0).tile_columns, 4);
    EXPECT_EQ(seen->at(1).tile_rows, 2);
    EXPECT_NE(seen->at(0).right_clear, std::vector<std::uint8_t>(seen->at(0).plane_bytes()));
    EXPECT_TRUE(views(pool, gzip(nothing()), *found, "no encoding of ours").has_value())
        << "it is not touched";
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 3}));
}

TEST_F(Worker, AFreshWorkerDecodesAgainForViews)
{
    const auto found = features(document(bitmap(128))).value();
    const auto remembered = views(pool_, bitmap(128), found).value();
    for (const auto& [body, encoding] : {std::pair(bitmap(128), ""), std::pair(gzip(bitmap(128)), "gzip")}) {
        WorkerPool fresh(io_, settings());
        const auto seen = views(fresh, body, found, encoding);
        ASSERT_TRUE(seen.has_value()) << to_string(seen.error());
        EXPECT_EQ(*seen, remembered);
        EXPECT_EQ(views(fresh, nothing(), found).value(), remembered) << "then it remembers";
    }
}

TEST_F(Worker, ViewsOfAnotherPictureThanTheDocumentAreRefused)
{
    auto other = features(document(bitmap(64))).value();
    WorkerPool fresh(io_, settings());
    for (const auto& body : {bitmap(128), nothing(), Bytes{}}) {
        const auto refused = views(fresh, body, other);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    }
    EXPECT_EQ(fresh.counters(), (PoolCounters{.completed = 3}));
}

TEST_F(Worker, OnlyTheLastFewPicturesAreRemembered)
{
    const auto first = features(document(bitmap(64))).value();
    for (std::uint32_t side = 65; side < 65 + kept_pictures - 1; ++side)
        ASSERT_TRUE(features(document(bitmap(side))).has_value());
    EXPECT_TRUE(views(pool_, nothing(), first).has_value());
    for (std::uint32_t side = 75; side < 75 + kept_pictures; ++side)
        ASSERT_TRUE(features(document(bitmap(side))).has_value());
    EXPECT_EQ(views(pool_, nothing(), first).error().code, Errc::invalid_argument);
    EXPECT_TRUE(views(pool_, bitmap(64), first).has_value());
}

// Its working frame is another than the one that views are asked of; and references should not linger.
TEST_F(Worker, AReferenceIsNotRemembered)
{
    const auto reference = features(document(bitmap(64)), Detail::reference).value();
    EXPECT_EQ(views(pool_, nothing(), reference).error().code, Errc::invalid_argument);
}

TEST_F(Worker, ViewsOfFramesThatAreNotThereAreRefused)
{
    const auto found = features(document(bitmap(64))).value();
    auto view = whole(found);
    view.frame = 1;
    const auto refused = run(pool_.views(document(bitmap(64)), found.file_digest, {view}));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    view.frame = PictureFeatures::max_frames + PictureFeatures::max_parts;
    const auto unsent = run(pool_.views(document(bitmap(64)), found.file_digest, {view}));
    EXPECT_EQ(unsent.error().code, Errc::invalid_argument);
    EXPECT_EQ(run(pool_.views(document(bitmap(64)), found.file_digest, {})).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 2})) << "the others were not sent";
}

TEST_F(Worker, ViewsGoToTheWorkerThatRemembersThePicture)
{
    WorkerPool pool(io_, settings(2));
    std::array<std::optional<PictureFeatures>, 2> found;
    const auto look = [](WorkerPool& workers, Document file,
                         std::optional<PictureFeatures>& into) -> Task<void> {
        auto answer = co_await workers.features(std::move(file), Detail::query);
        into = std::move(answer).value();
    };
    for (const std::uint32_t i : {0U, 1U}) // at once, so that each worker has one of them
        asio::co_spawn(io_, look(pool, document(bitmap(64 + i)), found[i]), asio::detached);
    io_.restart();
    io_.run();
    for (int times = 0; times < 3; ++times)
        for (const auto& picture : found)
            EXPECT_TRUE(views(pool, nothing(), picture.value()).has_value());
    EXPECT_EQ(pool.counters(), (PoolCounters{.completed = 8}));
}

TEST_F(Worker, ShowsAPictureSmallAndGrey)
{
    const auto found = features(document(bitmap(700))).value();
    for (const auto& [body, encoding] : {std::pair(bitmap(700), ""), std::pair(gzip(bitmap(700)), "gzip")}) {
        const auto shown = run(pool_.preview(document(body, encoding)));
        ASSERT_TRUE(shown.has_value()) << to_string(shown.error());
        EXPECT_EQ(shown->width_px, 700);
        EXPECT_EQ(shown->height_px, 700);
        const auto& frame = found.local.front();
        EXPECT_EQ(shown->frame.width_px, frame.width_px) << "the frame that places are told in";
        EXPECT_EQ(shown->frame.height_px, frame.height_px);
        EXPECT_LT(shown->frame.width_px, 700);
        const auto [darkest, brightest] = std::ranges::minmax(shown->frame.levels);
        EXPECT_LT(darkest, 30);
        EXPECT_GT(brightest, 200);
    }
    EXPECT_EQ(run(pool_.preview(document(nothing()))).error().code, Errc::undecodable);
    EXPECT_EQ(run(pool_.preview(document(bitmap(16)))).error().code, Errc::invalid_argument);
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 5}));
}

// Every converter and decoder must do with the system calls of the filter, also the rare ones.
TEST_F(Worker, EveryCharsetIsReadWithinTheFilter)
{
    for (const auto* charset : {"utf-8", "windows-1251", "shift_jis", "euc-kr", "gb18030", "big5",
                                "iso-2022-jp", "utf-16le", "koi8-r", "x-mac-cyrillic", "nonsense"}) {
        auto asked = document(to_bytes(page));
        asked.content_type = std::string("text/html; charset=") + charset;
        EXPECT_TRUE(links(std::move(asked)).has_value()) << charset;
    }
    EXPECT_EQ(pool_.counters().crashed, 0U);
}

} // namespace
} // namespace stillwatch::sandbox
