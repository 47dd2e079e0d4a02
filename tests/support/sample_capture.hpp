#pragma once

#include "evidence/package.hpp"
#include "vault/sign.hpp"

#include <string>

namespace stillwatch::test {

// A made-up finding with all that evidence can hold: a page over TLS and HTTP/1.1 in chunks, a picture behind
// a redirect over HTTP/2. Texts that must never reach a disk in clear begin with "canary".

inline Url url_of(const std::string& text)
{
    return Url::parse(text).value();
}

inline Timestamp sample_time(int milliseconds = 0)
{
    return *parse_utc("2026-11-23T02:17:00.250Z") + std::chrono::milliseconds(milliseconds);
}

// `size` bytes that do not compress, the same in every run.
inline Bytes noise(std::size_t size, std::uint32_t seed = 1)
{
    Bytes bytes(size);
    std::uint32_t state = seed * 2654435761U + 1;
    for (auto& byte : bytes) {
        state ^= state << 13U;
        state ^= state >> 17U;
        state ^= state << 5U;
        byte = static_cast<std::byte>(state >> 11U);
    }
    return bytes;
}

inline Fetched fetched_page()
{
    Fetched page{.url = url_of("https://board.example/thread/canary-page")};
    page.request_head =
        "GET /thread/canary-page HTTP/1.1\r\nHost: board.example\r\nUser-Agent: Stillwatch/0.1\r\n"
        "Cookie: canary-cookie\r\n\r\n";
    page.response_head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
    page.status = 200;
    page.headers = {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}};
    page.body = to_bytes("1a\r\n<p>canary-page-content</p>\r\n0\r\n\r\n");
    page.peer = {"192.0.2.1",
                 443,
                 "http/1.1",
                 "tls/1.3",
                 "TLS_AES_128_GCM_SHA256",
                 std::make_shared<const std::string>(
                     "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n")};
    page.started = sample_time(0);
    page.finished = sample_time(120);
    page.first_byte = std::chrono::milliseconds(80);
    return page;
}

inline Fetched fetched_redirect()
{
    Fetched hop{.url = url_of("http://board.example/i/1.jpg")};
    hop.request_head = "GET /i/1.jpg HTTP/1.1\r\nHost: board.example\r\n\r\n";
    hop.response_head =
        "HTTP/1.1 302 Found\r\nLocation: https://img.board.example/1.jpg\r\nContent-Length: 0\r\n\r\n";
    hop.status = 302;
    hop.headers = {{"Location", "https://img.board.example/1.jpg"}, {"Content-Length", "0"}};
    hop.peer = {"2001:db8::1", 80, "http/1.1", "", "", nullptr};
    hop.started = sample_time(200);
    hop.finished = sample_time(230);
    return hop;
}

inline Fetched fetched_image(std::size_t size = 3000)
{
    Fetched image{.url = url_of("https://img.board.example/1.jpg")};
    image.request_head = "GET /1.jpg HTTP/2\r\nHost: img.board.example\r\n\r\n";
    image.response_head = "HTTP/2 200 \r\ncontent-type: image/jpeg\r\n\r\n";
    image.status = 200;
    image.headers = {{"content-type", "image/jpeg"}};
    image.body = noise(size);
    image.peer = {"2001:db8::2",
                  443,
                  "h2",
                  "tls/1.3",
                  "TLS_AES_256_GCM_SHA384",
                  std::make_shared<const std::string>(
                      "-----BEGIN CERTIFICATE-----\nMBBB\n-----END CERTIFICATE-----\n")};
    image.started = sample_time(300);
    image.finished = sample_time(420);
    return image;
}

inline evidence::Capture sample_capture(std::size_t image_size = 3000)
{
    return {{fetched_page()}, "", {fetched_redirect(), fetched_image(image_size)}};
}

// The same with style sheets: one behind a redirect, one that it imports, and one that is not kept.
inline evidence::Capture styled_capture(std::size_t image_size = 3000)
{
    const auto answered = [](const std::string& address, const std::string& text, int at) {
        auto sheet = fetched_page();
        sheet.url = url_of(address);
        sheet.request_head = "GET " + std::string(sheet.url.target()) +
                             " HTTP/1.1\r\nHost: board.example\r\nCookie: canary-cookie\r\n\r\n";
        sheet.response_head = "HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\n";
        sheet.headers = {{"Content-Type", "text/css"}};
        sheet.body = to_bytes(text);
        sheet.started = sample_time(at);
        sheet.finished = sample_time(at + 10);
        return sheet;
    };
    auto moved = answered("https://board.example/s.css", "", -5000);
    moved.response_head = "HTTP/1.1 301 Moved\r\nLocation: /t.css\r\n\r\n";
    moved.headers = {{"Location", "/t.css"}};
    moved.status = 301;
    const auto main = answered("https://board.example/t.css", "@import 'u.css';p{color:red}", -4000);
    auto cut = answered("https://board.example/u.css", "p{color:blu", -3000);
    cut.cut = Cut::size;
    auto capture = sample_capture(image_size);
    for (const evidence::StyleSheet& sheet :
         {evidence::StyleSheet{moved.url, "", {moved, main}, ""},
          evidence::StyleSheet{cut.url, moved.url.text(), {cut}, ""},
          evidence::StyleSheet{url_of("https://cdn.example/v.css"), "", {}, "scope: off_site cdn.example"}})
        capture.styles.push_back(std::make_shared<const evidence::StyleSheet>(sheet));
    return capture;
}

// Of a capture with a picture of that size.
inline evidence::EvidenceFacts sample_facts(std::size_t image_size = 3000)
{
    Finding finding{.page_url = url_of("https://board.example/thread/canary-page"),
                    .image_url = url_of("http://board.example/i/1.jpg")};
    finding.content = Sha256::of(noise(image_size));
    finding.match.tier = Tier::near;
    finding.match.score = 0.92;
    finding.match.distance_bits = 12;
    finding.match.orientation = Orientation::flip_x;
    finding.first_seen = sample_time();
    return {finding, "C-7F3K", "R-01", {{"threshold_bits", 31}, {"matcher_version", 1}}, sample_time(500)};
}

// Of a later check: the same picture was served again, and this record holds it.
inline CapturedRecord sample_record(std::size_t image_size = 3000)
{
    const auto picture = fetched_image(image_size);
    return {"C-7F3K-0123456789abcdef01234567.wacz.age", "<urn:uuid:00000000-0000-4000-8000-000000000001>",
            picture.url, picture.started, Sha256::of(picture.body)};
}

// Of that package, made with this key.
inline CapturedRecord captured_in(const evidence::Package& package)
{
    auto record = sample_record();
    record.package = evidence::package_name("C-7F3K", package.manifest_digest);
    record.record = package.picture_record;
    return record;
}

inline evidence::Capture sample_check_capture(std::size_t image_size = 3000)
{
    auto capture = sample_capture(image_size);
    capture.page.clear();
    capture.page_error = "only the picture was asked for";
    for (auto& hop : capture.image) {
        hop.started += std::chrono::hours(24);
        hop.finished += std::chrono::hours(24);
    }
    return capture;
}

inline evidence::EvidenceFacts sample_check_facts(std::size_t image_size = 3000)
{
    auto facts = sample_facts(image_size);
    facts.finding.page_state = PageState::none;
    facts.recorded_at += std::chrono::hours(24);
    facts.check = evidence::LaterCheck{7, sample_record(image_size)};
    return facts;
}

inline evidence::EvidenceSettings sample_settings(const std::filesystem::path& directory,
                                                  const std::string& recipient)
{
    return {directory,
            {recipient},
            "Example Helpline",
            "Stillwatch/0.1 (+https://helpline.example/monitoring)",
            "obey",
            "stillwatch 0.1.0"};
}

// The same key in every run.
inline vault::SigningKey sample_signing_key()
{
    return std::move(vault::SigningKey::from_seed(Bytes(32, std::byte{7})).value());
}

} // namespace stillwatch::test
