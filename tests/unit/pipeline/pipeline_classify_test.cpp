#include "pipeline/classify.hpp"

#include "core/inspector.hpp"
#include "pipeline/answers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::pipeline {
namespace {

const auto address = Url::parse("https://board.example/a").value();

VisitState visit_of(LinkKind kind, bool is_conditional = false)
{
    VisitState state{{.id = {}, .host = {}, .site = "board", .url = address, .kind = kind}};
    if (is_conditional) state.conditions.etag = "\"e\"";
    return state;
}

struct Answer {
    int status = 200;
    std::string body{};
    std::vector<HeaderField> headers{};
    Cut cut = Cut::none;
};

Came came_with(const Answer& told)
{
    crawler::PoliteAnswer answer{Fetched{.url = address}};
    answer.answer.status = told.status;
    answer.answer.headers = told.headers;
    answer.answer.cut = told.cut;
    const auto bytes = as_bytes(told.body);
    answer.answer.body.assign(bytes.begin(), bytes.end());
    Came came{std::make_shared<const crawler::PoliteAnswer>(std::move(answer)), {}};
    came.body = std::shared_ptr<const Bytes>(came.answer, &came.answer->answer.body);
    return came;
}

const std::string picture = "\xFF\xD8\xFF picture";
const HeaderField html{"Content-Type", "text/html"};
const HeaderField packed{"Content-Encoding", "gzip"};
const HeaderField riddle{"cf-mitigated", "challenge"};

TEST(Classify, TellsWhatAnAnswerShowsAndWhy)
{
    struct Row {
        const char* name;
        Answer answer;
        LinkKind kind;
        bool is_conditional;
        Shown shown;
    };
    using enum NotCompared;
    const auto page = LinkKind::page;
    const auto image = LinkKind::image;
    const Row rows[] = {
        {"an archive", {200, "PK\x03\x04 rest"}, page, false, {Show::picture}},
        {"a PDF file under another name", {200, "%PDF-1.7", {html}}, page, false, {Show::picture}},
        {"a 304 that was asked for", {304}, page, true, {Show::nothing, not_modified}},
        {"a 304 that nobody asked for", {304}, page, false, {Show::nothing, unasked_not_modified}},
        {"a 304 that is a challenge", {304, "", {riddle}}, page, true, {Show::nothing, challenge}},
        {"a picture", {200, picture}, image, false, {Show::picture}},
        {"a picture with the status of an error", {404, picture}, image, false, {Show::picture}},
        {"a picture with a challenge's header", {403, picture, {riddle}}, image, false, {Show::picture}},
        {"half a picture", {200, picture, {}, Cut::disconnect}, image, false, {Show::picture}},
        {"encoded text at a picture's address", {200, "x", {html, packed}}, image, false, {Show::unseen}},
        {"a page", {200, "a /", {html}}, page, false, {Show::page}},
        {"a page of no bytes", {200, "", {html}}, page, false, {Show::page}},
        {"a page that broke off before it began",
         {200, "", {html}, Cut::time},
         page,
         false,
         {Show::nothing, no_body}},
        {"a challenge", {403, "x", {html, riddle}}, page, false, {Show::nothing, challenge}},
        {"a refusal that may be one", {403, "x", {html}}, page, false, {Show::suspect, error_page}},
        {"an error", {404, "x", {html}}, page, false, {Show::nothing, error_page}},
        {"an error without a body", {404}, page, false, {Show::nothing, no_body}},
        {"a video",
         {200, std::string("\0\0\0\x18"
                           "ftypisom\0\0\0\0",
                           16)},
         page,
         false,
         {Show::video}},
        {"a playlist sent as text",
         {200, "#EXTM3U\n#EXTINF:4,\na.ts\n", {{"Content-Type", "text/plain"}}},
         page,
         false,
         {Show::video}},
        {"what its sender calls a video",
         {200, "x", {{"Content-Type", "video/mp4"}}},
         image,
         false,
         {Show::nothing, not_a_picture}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(classify(came_with(row.answer), visit_of(row.kind, row.is_conditional), true), row.shown)
            << row.name;
}

TEST(Classify, WithNothingToCompareWithTheAddressTellsOfEncodedBytes)
{
    const auto came = came_with({403, "x", {html, packed}});
    EXPECT_EQ(classify(came, visit_of(LinkKind::image), true), Shown{Show::unseen});
    EXPECT_EQ(classify(came, visit_of(LinkKind::image), false),
              (Shown{Show::suspect, NotCompared::error_page}));
}

TEST(Classify, WhatOrdinaryPagesShowAsWellIsAChallengeOnlyWithAnError)
{
    EXPECT_TRUE(is_challenge_text(Show::page, Wall::challenge));
    EXPECT_TRUE(is_challenge_text(Show::suspect, Wall::riddle));
    EXPECT_FALSE(is_challenge_text(Show::page, Wall::riddle));
    EXPECT_FALSE(is_challenge_text(Show::suspect, Wall::login));
}

TEST(Classify, TellsWhyAPictureWasNotRead)
{
    struct Row {
        Errc error;
        Cut cut;
        bool is_unseen;
        NotCompared why;
    };
    const Row rows[] = {
        {Errc::io, Cut::disconnect, false, NotCompared::no_worker},
        {Inspector::lost, Cut::disconnect, false, NotCompared::worker_lost},
        {Errc::undecodable, Cut::disconnect, false, NotCompared::cut_off},
        {Errc::undecodable, Cut::time, false, NotCompared::cut_off},
        {Errc::undecodable, Cut::size, false, NotCompared::cut_at_limit},
        {Errc::undecodable, Cut::disconnect, true, NotCompared::undecodable},
        {Errc::malformed, Cut::none, false, NotCompared::content_encoding},
        {Errc::invalid_argument, Cut::none, false, NotCompared::too_small},
        {Errc::too_large, Cut::none, false, NotCompared::too_large},
        {Errc::undecodable, Cut::none, false, NotCompared::undecodable},
    };
    for (const auto& row : rows) {
        const auto came = came_with({200, picture, {}, row.cut});
        const Error error{row.error, ""};
        EXPECT_EQ(why_unread_picture(error, came.fetched(), row.is_unseen), row.why) << name_of(row.why);
    }
}

} // namespace
} // namespace stillwatch::pipeline
