#include "sandbox/message_contacts.hpp"
#include "sandbox/messages.hpp"

#include <gtest/gtest.h>

namespace stillwatch::sandbox {
namespace {

template <class Work>
Request request_of(Work work)
{
    Request request;
    request.number = 9;
    request.work = work;
    return request;
}

RdapAnswer answer()
{
    return {"domain",
            "board.example",
            "Names Inc.",
            {"Example Hosting"},
            {{"Names Inc.", {"abuse@names.test"}, {"+1.5555550100"}}},
            Url::parse("https://rdap.names.test/domain/board.example").value()};
}

template <class Work, class Told>
Result<Answer> came_through(Work work, const Told& told)
{
    const auto bytes = encode_answer(9, told);
    return decode_answer(ByteView(bytes).subspan(answer_header_bytes), request_of(work));
}

TEST(ContactMessages, RequestsAndAnswersComeThroughWhole)
{
    const auto asked = decode_request(encode_request(request_of(RdapWork{})).value()).value();
    EXPECT_TRUE(std::holds_alternative<RdapWork>(asked.work));
    const auto other = decode_request(encode_request(request_of(SecurityTxtWork{})).value()).value();
    EXPECT_TRUE(std::holds_alternative<SecurityTxtWork>(other.work));
    EXPECT_EQ(std::get<RdapAnswer>(came_through(RdapWork{}, answer()).value()), answer());
    EXPECT_EQ(std::get<RdapAnswer>(came_through(RdapWork{}, RdapAnswer{}).value()), RdapAnswer{});
    const SecurityTxt text{{"a@board.test", "https://board.test/report"}, parse_utc("2026-12-01")};
    EXPECT_EQ(std::get<SecurityTxt>(came_through(SecurityTxtWork{}, text).value()), text);
    EXPECT_FALSE(came_through(SecurityTxtWork{}, answer())) << "of another kind than asked for";
}

// A worker that something took over may not have a notice sent elsewhere by a trick of spelling.
TEST(ContactMessages, WhatNobodyMayWriteToIsRefused)
{
    const auto told = [](auto change) {
        auto changed = answer();
        change(changed);
        return came_through(RdapWork{}, changed).has_value();
    };
    EXPECT_TRUE(told([](RdapAnswer&) {}));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse[0].emails[0] = "abuse@names.test\r\nBcc: x@y.test"; }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse[0].phones[0] = "call us"; }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse[0].name = "two\nlines"; }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse[0].name = "turns \u202E round"; }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.organisations[0] = "half a character \xE2\x82"; }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.name = std::string(201, 'a'); }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse.resize(RdapAnswer::max_abuse + 1, it.abuse[0]); }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.abuse[0].emails.resize(9, "abuse@names.test"); }));
    EXPECT_FALSE(told([](RdapAnswer& it) { it.related = Url::parse("http://rdap.test/").value(); }));
    const auto is_taken = [](const std::string& contact) {
        return came_through(SecurityTxtWork{}, SecurityTxt{{contact}, {}}).has_value();
    };
    EXPECT_TRUE(is_taken("https://board.test/"));
    EXPECT_FALSE(is_taken("javascript:x"));
    EXPECT_FALSE(is_taken("http://board.test/"));
    EXPECT_FALSE(is_taken("noreply@board.test"));
}

TEST(ContactMessages, CutAnswersAreRefused)
{
    const auto whole = encode_answer(9, answer());
    for (std::size_t size = answer_header_bytes; size < whole.size(); ++size)
        EXPECT_FALSE(decode_answer(ByteView(whole).subspan(answer_header_bytes, size - answer_header_bytes),
                                   request_of(RdapWork{})))
            << size;
}

} // namespace
} // namespace stillwatch::sandbox
