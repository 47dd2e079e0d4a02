#include "html/inline_pictures.hpp"
#include "packages/limits.hpp"
#include "sandbox/messages.hpp"

#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::sandbox {
namespace {

Request links_request()
{
    Request request;
    request.number = 7;
    request.body_bytes = 1234;
    request.max_decoded_bytes = 1 << 20;
    request.content_encoding = "gzip, br";
    request.work = LinksWork{
        "text/html; charset=utf-8", "</a>; rel=next", "https://board.example/a?b", {4'000, 100, 50, 20}};
    return request;
}

Request features_request()
{
    Request request;
    request.number = 8;
    request.work = FeaturesWork{{1'000'000, 2'000, 16, 3'000'000}, Detail::hashes};
    return request;
}

PageLinks page()
{
    return PageLinks{"utf-8",
                     false,
                     {{Mechanism::img_src, LinkKind::image, "https://img.example/1.jpg", 3},
                      {Mechanism::a_href, LinkKind::page, "https://board.example/2"}}};
}

PageLinks package()
{
    PageLinks told = page();
    told.next_picture = 64;
    told.has_locked = true;
    told.policy = ReferrerPolicy::unsafe_url;
    told.links[0].policy = ReferrerPolicy::no_referrer;
    told.pictures = {Bytes(8U << 20U), to_bytes("picture")};
    return told;
}

PictureFeatures picture()
{
    return test::sample_features(1, Detail::hashes, 2);
}

ByteView payload_of(const Bytes& answer)
{
    return ByteView(answer).subspan(answer_header_bytes);
}

Errc refusal(const Answer& answer, const Request& request)
{
    const auto bytes = encode_answer(request.number, answer);
    const auto decoded = decode_answer(payload_of(bytes), request);
    return decoded ? Errc{} : decoded.error().code;
}

TEST(Messages, ADatagramIsTheRequestAndTheDocument)
{
    const auto length = encode_request_length(3);
    Bytes datagram(length.begin(), length.end());
    const auto text = as_bytes("askthe document");
    datagram.insert(datagram.end(), text.begin(), text.end());
    const auto parts = split_datagram(datagram);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(as_text(parts->request), "ask");
    EXPECT_EQ(as_text(parts->body), "the document");
    EXPECT_TRUE(split_datagram(ByteView(datagram).first(7))->body.empty());
    for (std::size_t size = 0; size < 7; ++size)
        EXPECT_EQ(split_datagram(ByteView(datagram).first(size)).error().code, Errc::malformed) << size;
}

TEST(RequestMessage, LinksComeThroughWhole)
{
    const auto bytes = encode_request(links_request());
    ASSERT_TRUE(bytes.has_value());
    const auto request = decode_request(*bytes);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->number, 7U);
    EXPECT_EQ(request->body_bytes, 1234U);
    EXPECT_EQ(request->max_decoded_bytes, 1U << 20U);
    EXPECT_EQ(request->content_encoding, "gzip, br");
    const auto& work = std::get<LinksWork>(request->work);
    EXPECT_EQ(work.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(work.link, "</a>; rel=next");
    EXPECT_EQ(work.base, "https://board.example/a?b");
    EXPECT_EQ(work.limits.max_bytes, 4'000U);
    EXPECT_EQ(work.limits.max_links, 100U);
    EXPECT_EQ(work.limits.max_depth, 50U);
    EXPECT_EQ(work.limits.max_attributes, 20U);
}

TEST(RequestMessage, TheLongestPossibleFitsItsBound)
{
    auto request = links_request();
    request.content_encoding.assign(max_content_encoding_bytes, 'e');
    request.work = LinksWork{std::string(max_content_type_bytes, 't'),
                             std::string(max_link_header_bytes, 'l'),
                             std::string(Url::max_bytes, 'b'),
                             {}};
    const auto bytes = encode_request(request);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_LE(bytes->size(), max_request_bytes);
    EXPECT_TRUE(decode_request(*bytes).has_value());
}

TEST(RequestMessage, TextsOverTheirBoundAreNotSent)
{
    auto request = links_request();
    request.content_encoding.assign(max_content_encoding_bytes + 1, 'e');
    EXPECT_EQ(encode_request(request).error().code, Errc::invalid_argument);
    request = links_request();
    std::get<LinksWork>(request.work).base.assign(Url::max_bytes + 1, 'b');
    EXPECT_EQ(encode_request(request).error().code, Errc::invalid_argument);
    request = links_request();
    std::get<LinksWork>(request.work).link.assign(max_link_header_bytes + 1, 'l');
    EXPECT_EQ(encode_request(request).error().code, Errc::invalid_argument);
}

TEST(RequestMessage, EveryShorterOrLongerMessageIsMalformed)
{
    auto bytes = *encode_request(links_request());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_EQ(decode_request(ByteView(bytes).first(length)).error().code, Errc::malformed) << length;
    bytes.push_back(std::byte{0});
    EXPECT_EQ(decode_request(bytes).error().code, Errc::malformed);
}

TEST(AnswerMessage, LinksComeThroughWhole)
{
    const auto bytes = encode_answer(7, page());
    const auto header = decode_answer_header(ByteView(bytes).first(answer_header_bytes));
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(*header, (AnswerHeader{7, bytes.size() - answer_header_bytes}));
    const auto answer = decode_answer(payload_of(bytes), links_request());
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(std::get<PageLinks>(*answer), page());
}

TEST(AnswerMessage, WhatAPackageAndADocumentTellComesThroughWhole)
{
    const auto bytes = encode_answer(7, package());
    const auto answer = decode_answer(payload_of(bytes), links_request());
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    EXPECT_EQ(std::get<PageLinks>(*answer), package());
}

TEST(AnswerMessage, PicturesOfADocumentComeThroughWhole)
{
    auto sent = page();
    sent.pictures = {to_bytes("one"), Bytes(), Bytes(100'000, std::byte{7})};
    const auto answer = decode_answer(payload_of(encode_answer(7, sent)), links_request());
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(std::get<PageLinks>(*answer), sent);
}

TEST(AnswerMessage, MoreOrLargerPicturesThanADocumentGivesAreALie)
{
    auto many = page();
    many.pictures.resize(html::InlineFiles::max_pictures + 1);
    EXPECT_EQ(decode_answer(payload_of(encode_answer(7, many)), links_request()).error().code,
              Errc::malformed);
    auto large = page();
    large.pictures.emplace_back(packages::PackageLimits::bytes_at_once - 1);
    large.pictures.emplace_back(2);
    EXPECT_EQ(decode_answer(payload_of(encode_answer(7, large)), links_request()).error().code,
              Errc::malformed);
}

TEST(AnswerMessage, AnErrorsDetailBecomesOneShortPrintableLine)
{
    const auto bytes =
        encode_answer(8, Refusal(Error{Errc::undecodable, "bad\nline \x1b[31m" + std::string(500, 'x')}));
    const auto answer = decode_answer(payload_of(bytes), features_request());
    ASSERT_TRUE(answer.has_value());
    const auto& error = std::get<Refusal>(*answer).error;
    EXPECT_EQ(error.code, Errc::undecodable);
    EXPECT_EQ(error.detail.substr(0, 14), "bad?line ?[31m");
    EXPECT_EQ(error.detail.size(), 200U);
}

TEST(AnswerMessage, AddressesOverTheirBoundAreLeftOut)
{
    auto links = page();
    links.links.insert(links.links.begin(),
                       {Mechanism::a_href, LinkKind::page, std::string(Url::max_bytes + 1, 'x')});
    const auto bytes = encode_answer(7, links);
    const auto answer = decode_answer(payload_of(bytes), links_request());
    ASSERT_TRUE(answer.has_value());
    const auto& decoded = std::get<PageLinks>(*answer);
    EXPECT_TRUE(decoded.truncated);
    EXPECT_EQ(decoded.links, page().links);
}

TEST(AnswerMessage, MoreLinksThanAPayloadHoldsAreCut)
{
    PageLinks huge;
    const Link link{Mechanism::a_href, LinkKind::page, std::string(8'000, 'x')};
    huge.links.assign(max_answer_bytes / 8'000 + 10, link);
    const auto bytes = encode_answer(7, huge);
    EXPECT_LE(bytes.size(), answer_header_bytes + max_answer_bytes);
    auto request = links_request();
    std::get<LinksWork>(request.work).limits.max_links = huge.links.size();
    const auto answer = decode_answer(payload_of(bytes), request);
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(std::get<PageLinks>(*answer).truncated);
    EXPECT_GT(std::get<PageLinks>(*answer).links.size(), 2'000U);
}

TEST(AnswerMessage, AnAnswerOfTheOtherKindIsALie)
{
    EXPECT_EQ(refusal(page(), features_request()), Errc::malformed);
    EXPECT_EQ(refusal(picture(), links_request()), Errc::malformed);
}

TEST(AnswerMessage, MoreLinksThanAskedForAreALie)
{
    auto request = links_request();
    auto& limits = std::get<LinksWork>(request.work).limits;
    limits.max_links = 1;
    auto answer = page();
    answer.links.assign(limits.max_links_of_sitemap(), answer.links.front());
    EXPECT_TRUE(decode_answer(payload_of(encode_answer(7, answer)), request).has_value());
    answer.links.push_back(answer.links.front());
    EXPECT_EQ(refusal(answer, request), Errc::malformed);
}

TEST(AnswerMessage, ItemsAreOfPicturesAndNoMoreThanLinks)
{
    auto answer = page();
    const auto most = std::get<LinksWork>(links_request().work).limits.max_links_of_sitemap();
    answer.links[0].item = static_cast<int>(most);
    const auto bytes = encode_answer(7, answer);
    EXPECT_EQ(std::get<PageLinks>(decode_answer(payload_of(bytes), links_request()).value()), answer);
    answer.links[0].item = static_cast<int>(most + 1);
    EXPECT_EQ(refusal(answer, links_request()), Errc::malformed);
    answer.links[0].item = -1;
    EXPECT_EQ(refusal(answer, links_request()), Errc::malformed);
    answer = page();
    answer.links[1].item = 3; // a page
    EXPECT_EQ(refusal(answer, links_request()), Errc::malformed);
}

TEST(AnswerMessage, EveryShorterOrLongerPayloadIsALie)
{
    for (const auto& [answer, request] : {std::pair<Answer, Request>{page(), links_request()},
                                          std::pair<Answer, Request>{picture(), features_request()}}) {
        const auto bytes = encode_answer(request.number, answer);
        const auto payload = payload_of(bytes);
        for (std::size_t length = 0; length < payload.size(); ++length)
            EXPECT_FALSE(decode_answer(payload.first(length), request).has_value()) << length;
        Bytes longer(payload.begin(), payload.end());
        longer.push_back(std::byte{0});
        EXPECT_FALSE(decode_answer(longer, request).has_value());
    }
}

TEST(AnswerMessage, UnknownNamesAreLies)
{
    const auto with = [](const Answer& answer, std::size_t at, int value) {
        auto bytes = encode_answer(1, answer);
        bytes[answer_header_bytes + at] = std::byte(value);
        return bytes;
    };
    const auto code = with(Refusal(Error{Errc::undecodable, ""}), 1, 99);
    EXPECT_FALSE(decode_answer(payload_of(code), features_request()).has_value());
    const auto format = with(picture(), 1, 200);
    EXPECT_FALSE(decode_answer(payload_of(format), features_request()).has_value());
    // kind, "utf-8", truncated, wall, pictures, count
    constexpr std::size_t first_link = 1 + 2 + 5 + 1 + 1 + 1 + 4;
    const auto mechanism = with(page(), first_link, 255);
    EXPECT_FALSE(decode_answer(payload_of(mechanism), links_request()).has_value());
    const auto kind = with(page(), first_link + 1, 2);
    EXPECT_FALSE(decode_answer(payload_of(kind), links_request()).has_value());
    const auto truncated = with(page(), 1 + 2 + 5, 2);
    EXPECT_FALSE(decode_answer(payload_of(truncated), links_request()).has_value());
    const auto wall = with(page(), 1 + 2 + 5 + 1, 5);
    EXPECT_FALSE(decode_answer(payload_of(wall), links_request()).has_value());
}

TEST(AnswerHeaderMessage, LengthAndMarkAreChecked)
{
    const auto bytes = encode_answer(1, Refusal(Error{Errc::undecodable, "x"}));
    Bytes header(bytes.begin(), bytes.begin() + answer_header_bytes);
    EXPECT_TRUE(decode_answer_header(header).has_value());
    auto changed = header;
    changed[0] ^= std::byte{1};
    EXPECT_FALSE(decode_answer_header(changed).has_value());
    changed = header;
    std::fill(changed.begin() + 12, changed.end(), std::byte{0});
    EXPECT_FALSE(decode_answer_header(changed).has_value()) << "no payload";
    std::fill(changed.begin() + 12, changed.end(), std::byte{0xff});
    EXPECT_FALSE(decode_answer_header(changed).has_value()) << "four gigabytes";
    changed = header;
    changed.push_back(std::byte{0});
    EXPECT_FALSE(decode_answer_header(changed).has_value());
}

TEST(Greeting, TellsReadyOrWhyNot)
{
    const auto ready = encode_greeting({});
    EXPECT_TRUE(decode_greeting(payload_of(ready)).has_value());
    const Error reason{Errc::refused, "2 threads run"};
    const auto refused = encode_greeting(reason);
    EXPECT_EQ(decode_greeting(payload_of(refused)).error(), reason);
    EXPECT_EQ(decode_greeting(as_bytes("\x03 more")).error().code, Errc::malformed);
    EXPECT_EQ(decode_greeting({}).error().code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::sandbox
