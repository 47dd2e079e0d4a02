#include "sandbox/worker_pool.hpp"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>

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

    static PoolSettings settings()
    {
        PoolSettings settings;
        settings.worker_program = STILLWATCH_WORKER;
        settings.workers = 1;
        settings.max_decoded_bytes = 4U << 20U;
        return settings;
    }
    static Document document(Bytes body, std::string encoding = "")
    {
        return Document{std::make_shared<const Bytes>(std::move(body)), std::move(encoding), "text/html"};
    }
    Result<PageLinks> links(Document document)
    {
        std::optional<Result<PageLinks>> answer;
        asio::co_spawn(io_, pool_.links(std::move(document), "https://board.example/thread/1"),
                       [&](std::exception_ptr, Result<PageLinks> result) { answer = std::move(result); });
        io_.restart();
        io_.run();
        return answer.value();
    }
    Result<PictureFeatures> features(Document document)
    {
        std::optional<Result<PictureFeatures>> answer;
        asio::co_spawn(
            io_, pool_.features(std::move(document)),
            [&](std::exception_ptr, Result<PictureFeatures> result) { answer = std::move(result); });
        io_.restart();
        io_.run();
        return answer.value();
    }

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

TEST_F(Worker, BrokenContentIsUndecodable)
{
    const auto refused = features(document(bitmap(128), "gzip"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::undecodable);
    EXPECT_EQ(pool_.counters(), (PoolCounters{.completed = 1}));
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
