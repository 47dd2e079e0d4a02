#include "sandbox/content_decoding.hpp"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

namespace stillwatch::sandbox {
namespace {

constexpr std::size_t roomy = 2U << 20U;

Bytes deflated(ByteView plain, int window_bits)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
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

Bytes gzip(ByteView plain)
{
    return deflated(plain, 16 + MAX_WBITS);
}

Bytes brotli(ByteView plain)
{
    std::size_t size = BrotliEncoderMaxCompressedSize(plain.size()) + 16;
    Bytes out(size);
    EXPECT_EQ(BrotliEncoderCompress(4, 22, BROTLI_MODE_GENERIC, plain.size(),
                                    reinterpret_cast<const std::uint8_t*>(plain.data()), &size,
                                    reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_TRUE);
    out.resize(size);
    return out;
}

Bytes zstd(ByteView plain)
{
    Bytes out(ZSTD_compressBound(plain.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
    return out;
}

Bytes zstd_with_window(ByteView plain, int window_log)
{
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    Bytes out(ZSTD_compressBound(plain.size()) + 64);
    ZSTD_inBuffer in{plain.data(), plain.size(), 0};
    ZSTD_outBuffer into{out.data(), out.size(), 0};
    while (ZSTD_compressStream2(context, &into, &in, in.pos < 1 ? ZSTD_e_flush : ZSTD_e_end) != 0) {
    }
    EXPECT_EQ(ZSTD_compressStream2(context, &into, &in, ZSTD_e_end), 0U);
    ZSTD_freeCCtx(context);
    out.resize(into.pos);
    return out;
}

// Several blocks of every coding; zstd gives nothing of a block (up to 128 KB) before its end.
const std::string& text()
{
    static std::string page;
    if (!page.empty()) return page;
    for (int i = 0; i < 40'000; ++i)
        page += "<a href=\"/post/" + std::to_string(i * 7919 % 10'007) + "\">";
    return page;
}

struct Coded {
    const char* name;
    Bytes (*encode)(ByteView);
};

const std::vector<Coded>& codings()
{
    static const std::vector<Coded> all{
        {"gzip", gzip},
        {"x-gzip", gzip},
        {"deflate", [](ByteView plain) { return deflated(plain, MAX_WBITS); }},
        {"deflate", [](ByteView plain) { return deflated(plain, -MAX_WBITS); }},
        {"br", brotli},
        {"zstd", zstd},
    };
    return all;
}

TEST(ContentDecoding, EveryCodingGivesThePlainBytes)
{
    for (const auto& coding : codings()) {
        const auto decoded = decode_content(coding.encode(as_bytes(text())), coding.name, roomy);
        ASSERT_TRUE(decoded.has_value()) << coding.name << ' ' << decoded.error().detail;
        EXPECT_EQ(as_text(decoded->bytes), text()) << coding.name;
        EXPECT_FALSE(decoded->truncated) << coding.name;
    }
}

TEST(ContentDecoding, AStreamCutShortGivesWhatCame)
{
    for (const auto& coding : codings()) {
        auto encoded = coding.encode(as_bytes(text()));
        encoded.resize(encoded.size() * 9 / 10);
        const auto decoded = decode_content(encoded, coding.name, roomy);
        ASSERT_TRUE(decoded.has_value()) << coding.name << ' ' << decoded.error().detail;
        EXPECT_TRUE(decoded->truncated) << coding.name;
        EXPECT_GT(decoded->bytes.size(), text().size() / 8) << coding.name;
        EXPECT_TRUE(text().starts_with(as_text(decoded->bytes))) << coding.name;
    }
}

TEST(ContentDecoding, OneByteOverTheBoundIsTooLarge)
{
    for (const auto& coding : codings()) {
        const auto encoded = coding.encode(as_bytes(text()));
        EXPECT_TRUE(decode_content(encoded, coding.name, text().size()).has_value()) << coding.name;
        const auto over = decode_content(encoded, coding.name, text().size() - 1);
        ASSERT_FALSE(over.has_value()) << coding.name;
        EXPECT_EQ(over.error().code, Errc::too_large) << coding.name;
    }
}

TEST(ContentDecoding, BytesAfterAWholeStreamAreIgnored)
{
    for (const auto& coding : codings()) {
        auto encoded = coding.encode(as_bytes(text()));
        encoded.insert(encoded.end(), 64, std::byte{'\n'});
        const auto decoded = decode_content(encoded, coding.name, roomy);
        ASSERT_TRUE(decoded.has_value()) << coding.name << ' ' << decoded.error().detail;
        EXPECT_EQ(as_text(decoded->bytes), text()) << coding.name;
    }
}

TEST(ContentDecoding, WhatCameBeforeAStreamBreaksIsKept)
{
    // RFC 1951: a stored block of four bytes, then one of the type that there is not.
    std::string broken("\x1f\x8b\x08\0\0\0\0\0\0\xff\0\x04\0\xfb\xff"
                       "four\x07",
                       20);
    const auto decoded = decode_content(as_bytes(broken), "gzip", roomy);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(decoded->truncated);
    EXPECT_EQ(as_text(decoded->bytes), "four");
}

TEST(ContentDecoding, NamesOfEncodingsHaveOneForm)
{
    EXPECT_EQ(canonical_encodings(""), "");
    EXPECT_EQ(canonical_encodings("identity"), "");
    EXPECT_EQ(canonical_encodings("made-up, gzip"), "");
    EXPECT_EQ(canonical_encodings(" X-GZIP ,identity,\tBR "), "gzip, br");
    std::string many = "gzip";
    for (int i = 0; i < 1'000; ++i)
        many += ",gzip";
    EXPECT_EQ(canonical_encodings(many), "gzip, gzip, gzip, gzip") << "more than are undone";
}

TEST(ContentDecoding, GarbageIsUndecodable)
{
    for (const auto* name : {"gzip", "deflate", "br", "zstd"}) {
        const auto decoded =
            decode_content(as_bytes("\xff\xffthis is not compressed at all, by anybody"), name, roomy);
        ASSERT_FALSE(decoded.has_value()) << name;
        EXPECT_EQ(decoded.error().code, Errc::undecodable) << name;
    }
}

TEST(ContentDecoding, EmptyContentStaysEmpty)
{
    for (const auto* name : {"", "gzip", "deflate", "br", "zstd"}) {
        const auto decoded = decode_content({}, name, roomy);
        ASSERT_TRUE(decoded.has_value()) << name;
        EXPECT_TRUE(decoded->bytes.empty()) << name;
        EXPECT_FALSE(decoded->truncated) << name;
    }
}

TEST(ContentDecoding, LayersAreUndoneInReverse)
{
    const auto encoded = zstd(brotli(gzip(as_bytes(text()))));
    const auto decoded = decode_content(encoded, "gzip, BR ,identity,\tzstd", roomy);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(decoded->bytes), text());
}

TEST(ContentDecoding, AFourthLayerIsRefused)
{
    const auto encoded = gzip(gzip(gzip(gzip(as_bytes("x")))));
    EXPECT_EQ(decode_content(encoded, "gzip,gzip,gzip,gzip", roomy).error().code, Errc::undecodable);
}

TEST(ContentDecoding, MembersOfGzipFollowEachOther)
{
    auto encoded = gzip(as_bytes("first "));
    const auto second = gzip(as_bytes("second"));
    encoded.insert(encoded.end(), second.begin(), second.end());
    const auto decoded = decode_content(encoded, "gzip", roomy);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(decoded->bytes), "first second");
}

// The fast way is left for the lenient one wherever a file is not what it says.
TEST(ContentDecoding, AFalseLengthOfGzipHidesNothing)
{
    const auto plain = to_bytes(std::string(100'000, 'a'));
    for (const unsigned change : {1U, 0x80U, 0xffU})
        for (std::size_t at = 1; at <= 4; ++at) {
            auto file = gzip(plain);
            file[file.size() - at] ^= static_cast<std::byte>(change);
            const auto decoded = decode_content(file, "gzip", roomy);
            ASSERT_TRUE(decoded);
            EXPECT_EQ(decoded->bytes, plain);
        }
}

TEST(ContentDecoding, AFalseLengthOfGzipCostsNoMemory)
{
    auto file = gzip(to_bytes(std::string("short")));
    file[file.size() - 1] = std::byte{0x7f};
    const auto decoded = decode_content(file, "gzip", std::size_t{1} << 31U);
    ASSERT_TRUE(decoded);
    EXPECT_LT(decoded->bytes.capacity(), std::size_t{1} << 20U);
}

TEST(ContentDecoding, AWrongChecksumHidesNothing)
{
    auto encoded = gzip(as_bytes(text()));
    encoded[encoded.size() - 6] ^= std::byte{0x55};
    const auto decoded = decode_content(encoded, "gzip", roomy);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(decoded->bytes), text());
}

TEST(ContentDecoding, AMadeUpNameLeavesTheContentAlone)
{
    EXPECT_TRUE(leaves_content_alone(""));
    EXPECT_TRUE(leaves_content_alone("identity"));
    EXPECT_TRUE(leaves_content_alone("utf-8"));
    EXPECT_TRUE(leaves_content_alone("gzip, sdch"));
    EXPECT_FALSE(leaves_content_alone("identity, gzip"));
    const auto decoded = decode_content(as_bytes("plain"), "none", roomy);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(as_text(decoded->bytes), "plain");
    EXPECT_EQ(decode_content(as_bytes("plain"), "none", 4).error().code, Errc::too_large);
}

TEST(ContentDecoding, ABombStopsAtTheBound)
{
    const Bytes zeroes(8U << 20U);
    for (const auto& coding : codings()) {
        const auto bomb = coding.encode(zeroes);
        EXPECT_EQ(decode_content(bomb, coding.name, roomy).error().code, Errc::too_large) << coding.name;
    }
}

TEST(ContentDecoding, ALargerZstdWindowThanHttpAllowsIsRefused)
{
    const std::string page = text();
    EXPECT_TRUE(decode_content(zstd_with_window(as_bytes(page), 23), "zstd", roomy).has_value());
    EXPECT_EQ(decode_content(zstd_with_window(as_bytes(page), 27), "zstd", roomy).error().code,
              Errc::undecodable);
}

} // namespace
} // namespace stillwatch::sandbox
